export interface FileReport {
  name: string;
  status: 'passed' | 'failed';
  message: string;
  assertionResults: { fullName: string; status: string }[];
}

export interface Report {
  testResults: FileReport[];
}

export interface Run {
  isPassed: boolean;
  report: Report | undefined;
  unhandledErrors: number | undefined;
}

export function filesToRepeat(run: Run): string[];
export function withSecondRun(first: Report, second: Report | undefined): Report;
export function passedOnlyTheSecondTime(first: Report, second: Report | undefined): { file: string; titles: string[] }[];
export function countTests(report: Report | undefined): { passed: number; failed: number; skipped: number };
