package import Settings

/// The algorithms that a program has; the loop is handed it, and knows none of them by name.
package struct AlgorithmRegistry: Sendable {
  private let algorithms: [any Algorithm.Type]
  /// The settings of all of them.
  package let catalog: SettingsCatalog

  /// - Parameter algorithms: the default first.
  package init(_ algorithms: [any Algorithm.Type]) {
    self.algorithms = algorithms
    catalog = SettingsCatalog(algorithms.map { $0.settings })
  }

  /// The algorithm of a configuration, on a lab.
  ///
  /// - Throws: what the algorithm's initializer throws.
  package func make(_ configuration: Configuration, _ lab: Lab) throws -> any Algorithm {
    for algorithm in algorithms {
      if let made = try make(algorithm, configuration.settings, lab) { return made }
    }
    preconditionFailure("\(configuration.algorithm) isn't registered")
  }

  private func make<A: Algorithm>(
    _ algorithm: A.Type, _ settings: any AlgorithmSettings, _ lab: Lab
  ) throws -> A? {
    guard let settings = settings as? A.Settings else { return nil }
    return try A(settings, lab)
  }
}

extension Algorithm {
  fileprivate static var settings: any AlgorithmSettings.Type { Settings.self }
}
