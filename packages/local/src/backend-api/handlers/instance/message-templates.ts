/** Email and SMS templates. */
import type {
  TemplatesPreviewParams,
  TemplatesToggleDeliveryParams,
  TemplatesUpsertParams,
} from '../../../../../../src/api/generated/types.js';
import {
  findTemplate,
  previewTemplate,
  revertTemplate,
  templates,
  templatesOf,
  upsertTemplate,
} from '../../../model/instance/message-templates.js';
import { change, list } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { MessageTemplateRow } from '../../../state/rows.js';
import { bodyOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';

const templateOf = (call: OperationCall, state: InstanceState): MessageTemplateRow =>
  findTemplate(state, param(call, 'template_type'), param(call, 'slug'));

export const messageTemplateHandlers: Handlers = {
  GetTemplateList: (call, state) => {
    const rows = templatesOf(state, param(call, 'template_type'));
    return list(state, templates, { ...call.query, order_by: '+position' }, { rows });
  },
  GetTemplate: templateOf,
  UpsertTemplate: (call, state) =>
    upsertTemplate(
      state,
      param(call, 'template_type'),
      param(call, 'slug'),
      bodyOf<Partial<TemplatesUpsertParams>>(call),
    ),
  RevertTemplate: (call, state) => revertTemplate(state, templateOf(call, state)),
  PreviewTemplate: (call, state) =>
    previewTemplate(state, templateOf(call, state), bodyOf<TemplatesPreviewParams>(call)),
  ToggleTemplateDelivery: (call, state) => {
    const row = templateOf(call, state);
    const { delivered_by_clerk: wanted } = bodyOf<Partial<TemplatesToggleDeliveryParams>>(call);
    return change(state, templates, row.id, { delivered_by_clerk: wanted ?? row.delivered_by_clerk !== true });
  },
};
