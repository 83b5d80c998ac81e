/** Red, green, blue, each 0 to 255. */
type Color = readonly [number, number, number];

const WHITE: Color = [255, 255, 255];
const INK: Color = [16, 18, 27];
/** Background of cards in the dark: what text in the brand's colour must be read on. */
const DARK_CARD: Color = [24, 26, 34];
/** WCAG 2.2, 1.4.3: of text and its background. */
const READABLE = 4.6;

/** The colours of a page that follow from the brand's. */
export interface BrandColors {
  /** Background of the main button. */
  readonly fill: string;
  readonly fillHover: string;
  /** Text on it. */
  readonly onFill: string;
  /** Text and lines in the brand's colour on a light page, and on a dark one. */
  readonly textLight: string;
  readonly textDark: string;
}

/** Whatever the brand's colour is, what is written in it or on it can be read. */
export function brandColors(hex: string): BrandColors {
  const brand = parse(hex);
  const onFill = contrast(brand, WHITE) >= READABLE || contrast(brand, WHITE) >= contrast(brand, INK) ? WHITE : INK;
  const fill = until(brand, onFill === WHITE ? INK : WHITE, (color) => contrast(color, onFill) >= READABLE);
  return {
    fill: format(fill),
    fillHover: format(mix(fill, onFill === WHITE ? INK : WHITE, 0.14)),
    onFill: format(onFill),
    textLight: format(until(brand, INK, (color) => contrast(color, WHITE) >= READABLE + 0.4)),
    textDark: format(until(brand, WHITE, (color) => contrast(color, DARK_CARD) >= READABLE + 0.4)),
  };
}

/** WCAG 2.2: 1 (the same) to 21 (black on white). */
export function contrastOf(a: string, b: string): number {
  return contrast(parse(a), parse(b));
}

function until(color: Color, towards: Color, isEnough: (color: Color) => boolean): Color {
  for (let step = 0; step < 50; step++) {
    const mixed = mix(color, towards, step / 50);
    if (isEnough(mixed)) return mixed;
  }
  return towards;
}

function mix([r, g, b]: Color, [toR, toG, toB]: Color, share: number): Color {
  const between = (from: number, to: number): number => Math.round(from + (to - from) * share);
  return [between(r, toR), between(g, toG), between(b, toB)];
}

function contrast(a: Color, b: Color): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: Color): number {
  const [r = 0, g = 0, b = 0] = color.map((value) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(hex: string): Color {
  const at = (index: number): number => Number.parseInt(hex.slice(index, index + 2), 16);
  return [at(1), at(3), at(5)];
}

function format(color: Color): string {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
