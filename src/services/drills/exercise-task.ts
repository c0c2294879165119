import { failure } from '../../base/errors.ts';
import { fail, type Outcome } from '../../base/outcome.ts';
import { exerciseValue } from '../../core/drills/exercise-value.ts';
import type { TaskSpec } from '../../core/jobs/task.ts';
import type { ExerciseStore } from '../../ports/exercise-store.ts';
import type { TaskContext, TaskHandler } from '../cluster/task-handler.ts';
import type { Kit } from '../kit.ts';

type ExerciseSpec = Extract<TaskSpec, { kind: 'exercise' }>;

/** Holds its slot for as long as it was told, without work for the processor, then commits a value that can be checked. */
export class ExerciseTask implements TaskHandler<'exercise'> {
  readonly #kit: Pick<Kit, 'clock'>;
  readonly #exercises: ExerciseStore;

  constructor(kit: Pick<Kit, 'clock'>, parts: { readonly exercises: ExerciseStore }) {
    this.#kit = kit;
    this.#exercises = parts.exercises;
  }

  async run({ busyMs }: ExerciseSpec, { fence, signal }: TaskContext): Promise<Outcome<void>> {
    const { clock } = this.#kit;
    const startedAt = clock.now();
    if (busyMs > 0) await clock.sleep(busyMs, signal);
    if (signal.aborted) return fail(failure('TASK_CANCELLED', `the exercise ${fence.task} was interrupted`));
    return await this.#exercises.commitExercise({
      fence,
      startedAt,
      endedAt: clock.now(),
      output: { kind: 'exercise', value: exerciseValue(fence.job, fence.name) },
    });
  }
}
