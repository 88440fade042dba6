internal import Synchronization
package import Verifiers

/// A verifier that the test writes down.
package struct ScriptedVerifier: Verifier {
  package let name = "scripted"
  package let partNames = ["correctness"]
  /// What it says.
  package let judge: @Sendable (Completion, Problem) -> Verdict

  package init(_ judge: @escaping @Sendable (Completion, Problem) -> Verdict) {
    self.judge = judge
  }

  package func verify(_ completion: Completion, of problem: Problem) -> Verdict {
    judge(completion, problem)
  }

  /// A score whose one part is the reward.
  package static func score(_ reward: Double) -> Verdict {
    .score(Score(reward: reward, parts: ["correctness": reward]))
  }

  /// A number from 0 to `below` that depends on the text in a mixed way.
  package static func hash(_ text: String, below: Int) -> Int {
    Int(text.utf8.reduce(UInt64(7)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 20) % below
  }

  /// Rewards of 0 to 3 that depend on the text, and failures for one completion in eight.
  package static let mixed = ScriptedVerifier { completion, problem in
    let text = problem.prompt + completion.text
    if hash(text, below: 8) == 0 { return .failure("of the script") }
    return score(Double(hash(text + "!", below: 4)))
  }
}

/// A switch that a verifier reads and a test turns.
package final class Switch: Sendable {
  private let isTurnedOn = Mutex(false)

  package init() {}

  package var isOn: Bool {
    get { isTurnedOn.withLock { $0 } }
    set { isTurnedOn.withLock { $0 = newValue } }
  }
}
