import { useQuery } from '@tanstack/react-query';
import type { DatasetDetailView } from '../../../../src/services/registry/registry.ts';
import { incidents } from '../../api/queries.ts';
import { Answer } from '../../parts/answer.tsx';
import { IncidentList } from '../../parts/incident-list.tsx';
import { Notice } from '../../parts/notice.tsx';

/** The incidents of a dataset, newest first. */
export function IncidentsTab({ dataset }: { readonly dataset: DatasetDetailView }) {
  const query = useQuery(incidents({ dataset: dataset.dataset }));
  return (
    <Answer query={query}>
      {({ incidents: all }) =>
        all.length === 0 ? (
          <Notice title="There was no incident">
            Checks that fail open one, and those who care are told.
          </Notice>
        ) : (
          <IncidentList incidents={all} />
        )
      }
    </Answer>
  );
}
