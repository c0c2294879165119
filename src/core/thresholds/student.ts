/**
 * The two-sided quantile of Student's t: the value that |t| exceeds with probability `probability`.
 * `degrees` >= 3. Source: G. W. Hill, "Algorithm 396: Student's t-quantiles", CACM 13 (1970); about six digits.
 */
export function studentQuantile(degrees: number, probability: number): number {
  const a = 1 / (degrees - 0.5);
  const b = 48 / (a * a);
  const c = (((20_700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * degrees;
  const tail = (d * probability) ** (2 / degrees);
  const y = tail > 0.05 + a ? bodyTerm({ degrees, probability, a, b, c, d }) : tailTerm(degrees, d, tail);
  return Math.sqrt(degrees * y);
}

type HillTerms = { degrees: number; probability: number; a: number; b: number; c: number; d: number };

function bodyTerm({ degrees, probability, a, b, c, d }: HillTerms): number {
  const x = normalQuantile(probability / 2);
  const square = x * x;
  const small = degrees < 5 ? 0.3 * (degrees - 4.5) * (x + 0.6) : 0;
  const e = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c + small;
  const f = (((((0.4 * square + 6.3) * square + 36) * square + 94.5) / e - square - 3) / b + 1) * x;
  return Math.expm1(a * f * f);
}

function tailTerm(degrees: number, d: number, tail: number): number {
  const g = 1 / (((degrees + 6) / (degrees * tail) - 0.089 * d - 0.822) * (degrees + 2) * 3);
  return (((g + 0.5 / (degrees + 4)) * tail - 1) * (degrees + 1)) / (degrees + 2) + 1 / tail;
}

/** The quantile of the standard normal distribution. Source: P. J. Acklam's rational approximation, error below 1.2e-9. */
export function normalQuantile(probability: number): number {
  if (probability < 0.02425) return normalTail(Math.sqrt(-2 * Math.log(probability)));
  if (probability > 1 - 0.02425) return -normalTail(Math.sqrt(-2 * Math.log(1 - probability)));
  const q = probability - 0.5;
  const r = q * q;
  const numerator =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239;
  const denominator =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1;
  return (numerator * q) / denominator;
}

function normalTail(q: number): number {
  const numerator =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const denominator =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
    1;
  return numerator / denominator;
}
