import { useEffect, useRef } from 'react';

/** Keeps the chosen tab in sight where not all tabs have room: for the list of tabs. */
export function useChosenTabInSight(chosen: string) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = list.current?.querySelector(`[role="tab"][id$="-tab-${CSS.escape(chosen)}"]`);
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  return list;
}
