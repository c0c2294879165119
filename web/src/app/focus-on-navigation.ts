import { useEffect, useRef } from 'react';

/** Moves to the content when another page is shown, as a browser does: for those who read by keyboard or by ear. */
export function useFocusOnNavigation(path: string): void {
  const page = pageOf(path);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    document.getElementById('content')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [page]);
}

/** Tabs are parts of one page: whoever walks along them stays there. */
function pageOf(path: string): string {
  return /^\/(?:datasets\/[^/]+|settings)(?=\/[^/]+$)/.exec(path)?.[0] ?? path;
}
