package import Experience
package import LanguageModel
package import Learning
internal import Parallel
package import Settings
package import TaskSuites
package import Verifiers

extension Lab {
  /// A lab with the tiny model, in memory.
  package static func tiny(
    _ suite: TaskSuite, _ run: RunSettings, shadow: (any Verifier)? = nil, model seed: UInt64 = 3,
    threads: Int = 2
  ) -> Lab {
    Lab(
      suite, run, shadow: shadow, model: TinyModel.parameters(seed: seed), threads: threads)
  }

  /// A lab with weights given, which training changes in place.
  package convenience init(
    _ suite: TaskSuite, _ run: RunSettings, shadow: (any Verifier)? = nil, model: Parameters,
    threads: Int = 2
  ) {
    self.init(
      model: Transformer(model), vocabulary: .standard, suite: suite, shadow: shadow,
      team: Team(threads: threads), seed: run.seed,
      budget: Lab.Budget(steps: run.steps, completionTokens: run.tokenBudget))
  }

  /// A sampler that gives what an algorithm of this configuration samples.
  package func sampler(_ configuration: Configuration, _ policy: Network) -> Sampler {
    Sampler(
      self, policy, run: configuration.run, batch: configuration.group(),
      sampling: configuration.group(),
      length: configuration.group())
  }
}

extension Configuration {
  /// Some settings of a configuration; those that its algorithm doesn't have keep their defaults.
  package func group<Group: SettingsGroup>(_ type: Group.Type = Group.self) -> Group {
    var group = Group()
    for field in Group.fields {
      if let value = value(field.info.key) { field.set(&group, value) }
    }
    return group
  }

  /// Changes those of some fields that the algorithm has.
  package mutating func setWhereKnown(_ values: [(key: String, value: SettingValue)]) {
    for (key, value) in values where self.value(key) != nil { set(key, to: value) }
  }

  /// Whether training needs nothing beside a suite: no file of pairs or the like.
  package var learnsFromSuite: Bool { step.samplesCompletions || step.needsDemonstrations }
}

extension Metrics {
  /// What must be the same in equal runs.
  package var withoutTimes: [String: Double] {
    Dictionary(uniqueKeysWithValues: entries.filter { !Metrics.isTime($0.name) }.map { ($0, $1) })
  }
}

extension Algorithm {
  /// All weights, network after network, a value head's too.
  package var weights: [[Float]] { networks.map { $0.network.model.parameters.floats } }
}
