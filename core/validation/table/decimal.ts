/** A sum of decimal numbers, exact however many there are. */
export class DecimalSum {
  #units = 0n;
  #decimals = 0;

  /** @param text digits with at most one point, a sign and an exponent; anything else is not counted */
  add(text: string): void {
    const parsed = parse(text);
    if (!parsed) return;
    const decimals = Math.max(this.#decimals, parsed.decimals);
    this.#units =
      this.#units * 10n ** BigInt(decimals - this.#decimals) + parsed.units * 10n ** BigInt(decimals - parsed.decimals);
    this.#decimals = decimals;
  }

  equals(text: string): boolean {
    const other = parse(text);
    if (!other) return false;
    return this.#units * 10n ** BigInt(other.decimals) === other.units * 10n ** BigInt(this.#decimals);
  }

  toString(): string {
    const digits = `${this.#units < 0n ? -this.#units : this.#units}`.padStart(this.#decimals + 1, '0');
    const whole = digits.slice(0, digits.length - this.#decimals);
    const rest = this.#decimals === 0 ? '' : `.${digits.slice(-this.#decimals)}`;
    return `${this.#units < 0n ? '-' : ''}${whole}${rest}`;
  }
}

/** More decimals than any sum of money has: beyond that a text is no number here. */
const parse = (text: string): { units: bigint; decimals: number } | undefined => {
  const [, sign, whole = '', rest = '', exponent = '0'] =
    /^([+-]?)(\d{0,60})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? [];
  if (sign === undefined || whole + rest === '') return undefined;
  const decimals = rest.length - Number(exponent);
  const units = BigInt(whole + rest) * 10n ** BigInt(Math.max(0, -decimals));
  return { units: sign === '-' ? -units : units, decimals: Math.max(0, decimals) };
};
