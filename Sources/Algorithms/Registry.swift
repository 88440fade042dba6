package import Settings

/// The algorithms there are, the default first: a new one is a line here and a file beside this one.
package let algorithmSettings: [any AlgorithmSettings.Type] = [
  GRPOSettings.self,
  PPOSettings.self,
  A2CSettings.self,
  REINFORCESettings.self,
  RLOOSettings.self,
  RAFTSettings.self,
  SFTSettings.self,
]

extension SettingsCatalog {
  /// The settings of all of them.
  package static let shared = SettingsCatalog(algorithmSettings)
}
