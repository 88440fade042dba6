internal import Settings
internal import Training

/// A value of the command line for the configuration of `Training`, until that takes the new settings.
func untilSettingsMove(_ value: SettingValue) -> ConfigurationValue {
  switch value {
  case .integer(let number): .integer(number)
  case .number(let number): .number(number)
  case .text(let text): .text(text)
  case .boolean(let flag): .boolean(flag)
  }
}
