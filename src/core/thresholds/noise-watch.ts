const judgedFrom = 28;
const remembered = 180;

/**
 * Whether a series' errors grow with its level: then it is better forecast as a logarithm. Forced logarithms cost recall,
 * so it must be earned: correlation above 0.5 over at least 28 points.
 */
export class NoiseWatch {
  readonly #levels: number[] = [];
  readonly #errors: number[] = [];
  #size = 0;

  absorb(level: number, error: number): void {
    this.#levels.push(level);
    this.#errors.push(error);
    this.#size += 1;
    if (this.#levels.length <= remembered) return;
    this.#levels.shift();
    this.#errors.shift();
  }

  /** Asked after each point, answers anew once in seven points. */
  isMultiplicative(): boolean {
    return this.#size >= judgedFrom && this.#size % 7 === 0 && correlation(this.#levels, this.#errors) > 0.5;
  }
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = a.reduce((sum, value) => sum + value, 0) / a.length;
  const meanB = b.reduce((sum, value) => sum + value, 0) / b.length;
  let [product, squareA, squareB] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    const deviationA = value - meanA;
    const deviationB = (b[at] ?? meanB) - meanB;
    product += deviationA * deviationB;
    squareA += deviationA * deviationA;
    squareB += deviationB * deviationB;
  }
  const spread = Math.sqrt(squareA) * Math.sqrt(squareB);
  return spread === 0 ? 0 : product / spread;
}
