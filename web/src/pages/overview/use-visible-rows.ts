import { type RefObject, useEffect, useState } from 'react';

/** Drawn beyond what is to be seen, so that scrolling and the keyboard meet rows that are there. */
const beyond = 12;
/** Before anybody has measured anything. */
const atFirst = { first: 0, last: 24 };

export type RowRange = { readonly first: number; readonly last: number };

/** The rows of a table of equal heights that the window shows now, with some more on both sides; `last` is exclusive. */
export function useVisibleRows(
  body: RefObject<HTMLElement | null>,
  { count, height }: { readonly count: number; readonly height: number },
): RowRange {
  const [range, setRange] = useState<RowRange>(atFirst);
  useEffect(() => {
    let frame = 0;
    const look = (): void => {
      frame = 0;
      const top = body.current?.getBoundingClientRect().top;
      if (top === undefined) return;
      const seen = Math.floor(-top / height);
      const first = Math.max(0, seen - beyond);
      const last = seen + Math.ceil(window.innerHeight / height) + beyond;
      setRange((before) => (before.first === first && before.last === last ? before : { first, last }));
    };
    const soon = (): void => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    window.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('resize', soon);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', soon);
      window.removeEventListener('resize', soon);
    };
  }, [body, height]);
  return { first: Math.min(range.first, count), last: Math.min(range.last, count) };
}
