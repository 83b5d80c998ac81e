/** For whoever looks a code up at night: what usually lies behind it, and what ends it. */
export interface ErrorAdvice {
  readonly cause: string;
  readonly fix: string;
}

export type AdviceTable = Readonly<Record<string, ErrorAdvice>>;
