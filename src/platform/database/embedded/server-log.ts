import { open, rename, stat } from 'node:fs/promises';

const FULL_BYTES = 5_000_000;
const TAIL_BYTES = 16_384;

export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

export async function rotateLog(file: string): Promise<void> {
  if ((await sizeOf(file)) > FULL_BYTES) await rename(file, `${file}.1`);
}

/** The last lines written after `offset`, so that yesterday's trouble is not shown as today's. */
export async function readTail(file: string, offset = 0, lineCount = 15): Promise<string> {
  const size = await sizeOf(file);
  const from = Math.max(offset, size - TAIL_BYTES);
  if (size <= from) return '';
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lineCount).join('\n');
  } finally {
    await handle.close();
  }
}
