import { Center, Loader } from '@mantine/core';
import { type ComponentProps, lazy, Suspense } from 'react';

// The library of plots is larger than all the rest: it is loaded beside the first page with a plot, while its values come.
const loading = import('./band-plot.tsx');
const Plot = lazy(async () => ({ default: (await loading).BandPlot }));

/** A plot with its band, and a place for it until it can be drawn. */
export function LazyBandPlot(props: ComponentProps<typeof Plot>) {
  return (
    <Suspense
      fallback={
        <Center h={props.height}>
          <Loader size="sm" role="status" aria-label="Loading" />
        </Center>
      }
    >
      <Plot {...props} />
    </Suspense>
  );
}
