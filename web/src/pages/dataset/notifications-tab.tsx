import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { Notifications } from '../notifications/notifications-page.tsx';

/** What was told about the dataset, and what is yet to be told. */
export function NotificationsTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  return <Notifications dataset={dataset.dataset} />;
}
