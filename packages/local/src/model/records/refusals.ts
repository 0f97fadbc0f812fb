/** Makes errors of the API: any code of the tables, and the ones that most resources need. */
import { ApiError, type ApiErrorOptions, type ErrorCode } from './api-error.js';

/** @param longMessage default: the message of the code */
export const refusal = (
  code: ErrorCode,
  longMessage?: string,
  options: Omit<ApiErrorOptions, 'longMessage'> = {},
): ApiError => new ApiError(code, { ...options, longMessage });

/** 404 */
export const notFound = (
  kind: string,
  id: string,
  paramName?: string,
  code: ErrorCode = 'resource_not_found',
): ApiError => refusal(code, `No ${kind} was found with id ${id}.`, { paramName });

/** 422: a value that another resource has. */
export const taken = (paramName: string): ApiError =>
  refusal('form_identifier_exists', `That ${paramName.replaceAll('_', ' ')} is taken. Please try another.`, {
    paramName,
  });

/** 422: a value of the right type that makes no sense here. */
export const invalidValue = (paramName: string, why: string): ApiError =>
  refusal('form_param_value_invalid', `${paramName} ${why}.`, { paramName });

/** 422: text that is not an address, a number, a URL. */
export const invalidFormat = (paramName: string, format: string): ApiError =>
  refusal('form_param_format_invalid', `${paramName} must be ${format}.`, { paramName });

/** 422: a field that is needed in this case, although the document calls it optional. */
export const missing = (paramName: string): ApiError =>
  refusal('form_param_missing', `${paramName} is missing.`, { paramName });
