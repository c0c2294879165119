import assert from 'node:assert/strict';
import { type Instant, instant } from '../../../src/base/units.ts';
import { decodeDataset } from '../../../src/core/datasets/decode.ts';
import type { DatasetDefinition, PublishRule } from '../../../src/core/datasets/definition.ts';
import { decide } from '../../../src/core/scheduling/decide.ts';
import type {
  DueDataset,
  ScheduleFacts,
  ScheduleState,
  Verdict,
} from '../../../src/core/scheduling/schedule.ts';

const decoded = decodeDataset({
  dataset: 'daily',
  owner: 'owner@example.org',
  provider: { type: 'files', path: '/data/*.csv' },
});
assert.ok(decoded.ok);

/** A definition with this publish rule. */
export function published(publish: PublishRule): DatasetDefinition {
  assert.ok(decoded.ok);
  return { ...decoded.value, publish };
}

export const time = (text: string): Instant => instant(Date.parse(text));

const noFacts: ScheduleFacts = { wasAskedFor: false, arrivals: [] };

/** One dataset whose schedule goes on from decision to decision. */
export class Dataset {
  version = 1;
  definition: DatasetDefinition;
  registeredAt: Instant;
  updatedAt: Instant;
  nextAt: Instant | undefined;
  state: ScheduleState | undefined;

  constructor(publish: PublishRule, registeredAt: Instant) {
    this.definition = published(publish);
    this.registeredAt = registeredAt;
    this.updatedAt = registeredAt;
    this.nextAt = registeredAt;
  }

  change(at: Instant): void {
    this.version += 1;
    this.updatedAt = at;
    this.nextAt = at;
  }

  due(): DueDataset {
    assert.ok(this.nextAt !== undefined);
    const { definition, version, registeredAt, updatedAt, nextAt, state } = this;
    const schedule = { version: 1, nextAt, ...(state === undefined ? {} : { state }) };
    return { definition, version, registeredAt, updatedAt, schedule };
  }

  /** Decides at `now`, by default when it is due, and goes on from there. */
  look(
    facts: Partial<ScheduleFacts> = {},
    now: Instant | undefined = this.nextAt,
    isCrowded = false,
  ): Verdict {
    assert.ok(now !== undefined);
    const verdict = decide(this.due(), { ...noFacts, ...facts }, { now, isCrowded });
    this.state = verdict.state;
    this.nextAt = verdict.decision.nextAt;
    return verdict;
  }
}
