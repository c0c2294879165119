import { useComputedColorScheme } from '@mantine/core';
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, DataZoomInsideComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import type { SeriesPoint } from '../../../src/ports/quality-store.ts';
import { bandOption, type NextBand } from './band-option.ts';

use([
  AriaComponent,
  CustomChart,
  DataZoomInsideComponent,
  GridComponent,
  LineChart,
  ScatterChart,
  SVGRenderer,
  TooltipComponent,
]);

type Props = {
  readonly points: readonly SeriesPoint[];
  readonly metric: string;
  readonly height: number;
  /** What is normal next, where it is known. */
  readonly next?: NextBand | undefined;
};

/** The plot itself: values as a line, the learned band behind it, alarms as marks. */
export function BandPlot({ points, metric, height, next }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = init(element, undefined, { renderer: 'svg' });
    chart.setOption(bandOption({ points, metric, next }, coloursOf(scheme)));
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [points, metric, next, scheme]);
  return <div ref={place} data-plot={metric} style={{ height, overflow: 'hidden' }} />;
}

function coloursOf(scheme: 'light' | 'dark') {
  return scheme === 'dark'
    ? {
        ink: '#a3acb8',
        grid: '#2e353f',
        line: '#52bed2',
        band: '#52bed2',
        surface: '#1c2128',
        fail: '#ff8787',
        warn: '#f5b454',
      }
    : {
        ink: '#5b6470',
        grid: '#e9ecef',
        line: '#00687b',
        band: '#3ab4cc',
        surface: '#ffffff',
        fail: '#c92a2a',
        warn: '#b35900',
      };
}
