import type { Outcome } from '../../base/outcome.ts';
import type { EvaluationInput } from '../../core/checks/evaluate.ts';
import type { WindowInput } from '../../core/checks/window-values.ts';
import type { FilesScan } from '../../core/datasets/source.ts';
import type { ReplayInput } from '../../core/policies/replay.ts';
import type { SuggestInput } from '../../core/suggestions/suggestion.ts';
import type { IngestRequest, MeasureRequest, PartitionsOfRequest, QueryRequest } from '../../ports/engine.ts';

/** What a worker is asked to do. */
export type WorkerRequest =
  | { readonly kind: 'describe'; readonly scan: FilesScan }
  | { readonly kind: 'partitionsOf'; readonly request: PartitionsOfRequest }
  | { readonly kind: 'ingest'; readonly request: IngestRequest }
  | { readonly kind: 'measure'; readonly request: MeasureRequest }
  | { readonly kind: 'query'; readonly request: QueryRequest }
  | { readonly kind: 'evaluate'; readonly input: EvaluationInput }
  | { readonly kind: 'merge'; readonly input: WindowInput }
  | { readonly kind: 'replay'; readonly input: ReplayInput }
  | { readonly kind: 'suggest'; readonly input: SuggestInput };

/** From the engine to a worker, which does one request at a time. */
export type ToWorker =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly request: WorkerRequest;
      readonly memoryMb: number;
      readonly threads: number;
      /** An empty directory of this request, which the engine removes. */
      readonly scratch: string;
    }
  | { readonly kind: 'interrupt'; readonly id: number }
  /** Asks how far the request is: the worker has no timer of its own. */
  | { readonly kind: 'look'; readonly id: number };

/** From a worker to the engine. */
export type FromWorker =
  | { readonly kind: 'done'; readonly id: number; readonly outcome: Outcome<unknown> }
  | { readonly kind: 'progress'; readonly id: number; readonly fraction: number };

/** The command line of a worker: where it may put files. */
export type WorkerArguments = { readonly directory: string };
