// What becomes of alerts once they are evaluated: `vsr-metrics/notifications`.

export type { Notice, NoticeReceiver } from '../alerts/notice.js';
export {
  type AlertmanagerCounts,
  type AlertmanagerOptions,
  type AlertmanagerReceiver,
  alertmanager,
} from './alertmanager.js';
