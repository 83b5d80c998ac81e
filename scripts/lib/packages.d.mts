export interface Package {
  name: string;
  folder: string;
  entries: Record<string, string>;
  commands: Record<string, string>;
}
export function listPackages(): Package[];
