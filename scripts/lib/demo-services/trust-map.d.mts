export const REFUSED: readonly {
  where: 'issuance' | 'guard';
  caller: string | null;
  target: string;
  scopes: string[];
  reason: string;
  count: number;
}[];
