/** The refusals that resources share, with the codes that Clerk's SDKs know. */
import { ApiError } from './api-error.js';

/** 404 */
export const notFound = (what: string, id: string, paramName?: string): ApiError =>
  new ApiError(404, 'resource_not_found', 'not found', {
    longMessage: `No ${what} was found with id ${id}.`,
    ...(paramName === undefined ? {} : { paramName }),
  });

/** 422: a value that another resource has. */
export const taken = (paramName: string): ApiError =>
  new ApiError(422, 'form_identifier_exists', `That ${paramName.replaceAll('_', ' ')} is taken. Please try another.`, {
    paramName,
  });

/** 422: a value of the right type that makes no sense here. */
export const invalidValue = (paramName: string, why: string): ApiError =>
  new ApiError(422, 'form_param_value_invalid', 'is invalid', { paramName, longMessage: `${paramName} ${why}.` });

/** 422: text that is not an address, a number, a URL, a time. */
export const invalidFormat = (paramName: string, what: string): ApiError =>
  new ApiError(422, 'form_param_format_invalid', 'is invalid', {
    paramName,
    longMessage: `${paramName} must be ${what}.`,
  });

/** 422: a field that is needed in this case, although the document calls it optional. */
export const missing = (paramName: string): ApiError =>
  new ApiError(422, 'form_param_missing', 'is missing', { paramName, longMessage: `${paramName} is missing.` });

/** 400: the resource is in a state that does not allow this. */
export const wrongState = (code: string, message: string): ApiError => new ApiError(400, code, message);

/** 403: allowed by nobody. */
export const forbidden = (code: string, message: string): ApiError => new ApiError(403, code, message);
