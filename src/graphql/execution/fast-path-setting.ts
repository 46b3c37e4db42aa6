/** Whether requests with an accepted document take the fast path. */
export class FastPathSetting {
  readonly isOn: boolean = true;
}
