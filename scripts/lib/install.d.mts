export function isInstalledAsLocked(): boolean;
