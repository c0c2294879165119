import type { Band, BandFigures } from './band.ts';
import type { SharedFactors, SideBar } from './bar.ts';

/** What the learner thinks of one value, before it becomes a record for people. `scaled` is the value, transformed. */
export type Judgement = LearningJudgement | ForecastJudgement | ConstantJudgement;

type JudgementBase = { readonly predictions: Float64Array; readonly scaled: number };

/** Too little history. */
export type LearningJudgement = JudgementBase & {
  readonly kind: 'learning';
  readonly history: number;
  readonly needed: number;
};

type Judged = {
  readonly alarm: boolean;
  /** The third deviation of one sign in a row. */
  readonly isNewLevel: boolean;
  readonly sign: number;
  readonly severity: number;
  readonly history: number;
};

/** Judged by a forecast. */
export type ForecastJudgement = JudgementBase &
  Judged &
  BandFigures &
  SharedFactors &
  Band & {
    readonly kind: 'forecast';
    /** The place of the forecast among `predictors`. */
    readonly model: number;
    /** What kind of day it was judged as, if not as an ordinary one. */
    readonly specialDay: string | undefined;
    readonly scale: number;
    readonly floor: number;
    readonly errors: number;
    readonly above: SideBar;
    readonly below: SideBar;
    /** |z|: the distance from the forecast in spreads. */
    readonly deviation: number;
  };

/** Judged as a constant. */
export type ConstantJudgement = JudgementBase &
  Judged & {
    readonly kind: 'constant';
    readonly constant: number;
    readonly pastChanges: number;
    readonly lower: number;
    readonly upper: number;
  };
