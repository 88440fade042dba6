import Experience
import LanguageModel
import Learning
import Settings
import TestLab
import TestSupport
import Testing
import Verifiers

/// Takes a step of an algorithm without a critic and the same by hand, and compares weights, losses, norms
/// and advantages.
///
/// - Parameters:
///   - dividesByAll: whether completions that take no part count in the loss's divisor.
///   - advantages: by hand, of the rewards that are learned from.
func expectSameStep<A: Algorithm>(
  _ algorithm: A.Type, _ settings: A.Settings, by policy: (Configuration) -> PolicyByHand,
  dividesByAll: Bool = true, _ name: String = "", advantages: ([Double?]) -> [Double?]
) throws {
  let configuration = Configuration(settings)
  let stage = try Stage(A.self, settings, judgedBy: ScriptedVerifier.mixed)
  let lab = stage.lab
  var algorithm = stage.algorithm
  let samples = try lab.sampler(configuration, algorithm.policy).experience(step: 1)
  let rewards = samples.judgements.map(\.verdict.reward)
  try #require(rewards.contains(nil) && Set(rewards.compactMap { $0 }).count > 1)
  let parameters = algorithm.policy.model.parameters
  var byHand = StepByHand(
    configuration, samples, start: parameters, reference: stage.reference)
  let updates = configuration.group(UpdateSettings.self)
  let epochs = (0..<updates.epochs).map {
    samples.batch().minibatches(
      updates.minibatches, keeping: samples.copies, order: lab.shuffle(step: 1, epoch: $0)
    ).map { $0.members.map(\.sequence) }
  }
  let wanted = advantages(byHand.learned())
  byHand.run(epochs, policy(configuration), advantages: wanted, dividesByAll: dividesByAll)

  let start = parameters.floats.doubles
  let outcome = try algorithm.step(1)
  let moved = zip(parameters.floats.doubles, start).map { $0 - $1 }
  let movedByHand = zip(byHand.weights.values, start).map { $0 - $1 }
  #expect(Tolerance.relativeError(moved, movedByHand) < 2e-3, "\(name)")
  let count = Double(byHand.losses.count)
  #expect(outcome.metrics["updates"] == count, "\(name)")
  let loss = try #require(outcome.metrics["loss"])
  #expect(
    abs(loss - byHand.losses.reduce(0, +) / count) < 2e-5 * max(1, abs(loss)), "\(name)")
  let norm = try #require(outcome.metrics["grad_norm"])
  #expect(abs(norm * count / byHand.weights.norms.reduce(0, +) - 1) < 1e-4, "\(name)")
  for (s, record) in outcome.completions.enumerated() {
    guard let advantage = wanted[s], !byHand.isMasked(s) else { continue }
    #expect(abs(record.advantage - advantage) < 1e-5, "\(name)")
  }
  let reward = AdvantagesByHand.mean(rewards.compactMap { $0 })
  #expect(abs(try #require(outcome.metrics["reward"]) - reward) < 1e-12)
}

/// An algorithm in a lab of its own, with the tiny model in memory.
struct Stage<A: Algorithm> {
  let lab: Lab
  var algorithm: A
  /// The weights that a divergence is measured from: others than the policy's, so that there is one.
  let reference: Parameters

  init(
    _ algorithm: A.Type, _ settings: A.Settings, judgedBy verifier: any Verifier,
    shadow: (any Verifier)? = nil
  ) throws {
    lab = Lab.tiny(
      try CopySuite.judged(by: verifier), settings.run, shadow: shadow, model: 4)
    reference = lab.model.parameters.copied
    self.algorithm = try A(settings, lab)
    // The reference was copied from the lab's model; the policy now moves away from it.
    self.algorithm.policy.model.parameters.become(TinyModel.parameters(seed: 3))
  }

  /// Takes a step.
  mutating func step(_ number: Int = 1) throws -> StepOutcome { try algorithm.step(number) }

  /// The weights of the policy.
  var policy: Parameters { algorithm.policy.model.parameters }
}

extension Configuration {
  /// What makes a step small enough for tests by hand: three problems with groups of four.
  mutating func shrink(problems: Int = 3, groupSize: Int = 4) {
    run.maxCompletionTokens = 7
    // Under this one the few completions are finished and cut off, judged and failed, all of it.
    run.seed = 3
    setWhereKnown([
      ("problems", .integer(problems)), ("group_size", .integer(groupSize)),
      ("verifier_failure_limit", .number(0.5)), ("log_completions", .integer(0)),
    ])
  }
}

extension AlgorithmSettings {
  /// These settings with a step small enough for tests by hand, changed further.
  static func small(problems: Int = 3, _ change: (inout Self) -> Void = { _ in }) -> Self {
    var configuration = Configuration(Self())
    configuration.shrink(problems: problems)
    guard var settings = configuration.settings as? Self else {
      preconditionFailure("settings of one type")
    }
    change(&settings)
    return settings
  }
}
