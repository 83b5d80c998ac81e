/** RFC 9110 §12.5.1: whether a page is a better answer than a document. Who takes anything, such as curl, gets the document. */
export function prefersHtml(accept: string | undefined): boolean {
  return qualityOf(accept, 'text/html') > qualityOf(accept, 'application/json');
}

/** 0 to 1: by the most specific range that fits. */
function qualityOf(accept = '', type: string): number {
  const ranges = [type, `${type.split('/')[0] ?? ''}/*`, '*/*'];
  const offered = accept
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((text) => text.trim()));
  for (const range of ranges) {
    const found = offered.find(([name]) => name === range);
    if (found) return weightOf(found.slice(1));
  }
  return 0;
}

function weightOf(parameters: readonly string[]): number {
  const weight = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
  return Number.isNaN(weight) ? 0 : weight;
}
