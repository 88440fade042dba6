import Algorithms
import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import Testing
import Verifiers

/// The state of every algorithm: what it saves is all that the next step depends on.
@Suite struct SnapshotTests {
  /// Settings under which every algorithm has all the state that it may have.
  static let full: [(key: String, value: SettingValue)] = [
    ("kl_weight", .number(0.05)), ("learning_rate", .number(3e-3)), ("epochs", .integer(1)),
    ("warmup_steps", .integer(0)), ("critic_warmup_steps", .integer(0)),
  ]

  /// A fresh algorithm on a model of its own.
  private func make(
    _ configuration: Configuration, _ model: Parameters
  ) throws -> (lab: Lab, algorithm: any Algorithm) {
    let suite = try CopySuite.judged(by: ScriptedVerifier.mixed)
    let lab = Lab(suite, configuration.run, model: model)
    return (lab, try AlgorithmRegistry.shared.make(configuration, lab))
  }

  /// The language model of a policy alone, as a checkpoint holds it.
  private func saved(_ policy: Network) -> Parameters {
    Parameters(
      ParameterLayout(policy.model.configuration), from: policy.model.parameters)
  }

  private func roundTrip(_ configuration: Configuration) throws {
    var (lab, algorithm) = try make(configuration, TinyModel.parameters(seed: 3))
    for step in 1...2 { _ = try algorithm.step(step) }
    let snapshot = MemorySnapshot()
    try algorithm.state(snapshot)

    // As a run is resumed: the checkpoint's model is the lab's, and everything else is restored.
    var (other, resumed) = try make(configuration, saved(algorithm.policy))
    try resumed.state(snapshot.reader)
    (other.tokensSeen, other.completionTokens) = (lab.tokensSeen, lab.completionTokens)
    #expect(resumed.weights == algorithm.weights)
    #expect(resumed.networks.map(\.network.updates) == algorithm.networks.map(\.network.updates))

    let (whole, cut) = (try algorithm.step(3), try resumed.step(3))
    #expect(resumed.weights == algorithm.weights)
    #expect(whole.metrics.withoutTimes == cut.metrics.withoutTimes)
    // The state after it is the same too, name for name and bit for bit.
    let (one, two) = (MemorySnapshot(), MemorySnapshot())
    try algorithm.state(one)
    try resumed.state(two)
    #expect(one.names == two.names && one.tensors == two.tensors)
    _ = lab
  }

  @Test(arguments: everyAlgorithm)
  func aRestoredAlgorithmTakesTheSameStep(_ algorithm: String) throws {
    var configuration = try configuration(algorithm)
    configuration.shrink()
    configuration.setWhereKnown(Self.full)
    try roundTrip(configuration)
    guard configuration.step.critic != .none else { return }
    configuration.setWhereKnown([("shared_trunk", .boolean(true))])
    try roundTrip(configuration)
  }

  /// Every tensor that is saved is one that is asked for again, and one that is missing is named.
  @Test(arguments: everyAlgorithm)
  func aCheckpointWithoutATensorIsRefused(_ algorithm: String) throws {
    var configuration = try configuration(algorithm)
    configuration.shrink()
    configuration.setWhereKnown(Self.full)
    let parameters = TinyModel.parameters(seed: 3)
    var (_, made) = try make(configuration, parameters)
    let snapshot = MemorySnapshot()
    try made.state(snapshot)
    #expect(snapshot.names.contains("exp_avg.model.norm.weight"))
    #expect(snapshot.names.contains("exp_avg_sq.model.norm.weight"))
    let keepsReference = configuration.step.keepsReference
    #expect(snapshot.names.contains("reference.model.norm.weight") == keepsReference)
    let hasCritic = configuration.step.critic == .own
    #expect(snapshot.names.contains("critic.model.norm.weight") == hasCritic)
    #expect(snapshot.names.contains("critic.exp_avg.model.norm.weight") == hasCritic)
    var (_, fresh) = try make(configuration, parameters)
    #expect(throws: MemorySnapshot.Missing.self) { try fresh.state(MemorySnapshot().reader) }
  }
}
