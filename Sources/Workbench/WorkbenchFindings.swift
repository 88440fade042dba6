package import Verifiers

/// What the workbench found out about a verifier.
package struct WorkbenchFindings: Sendable {
  /// What opens the verifier.
  package var verifier: String
  /// `built in` or where the plugin lies.
  package var origin: String
  /// The parts of its scores.
  package var partNames: [String]
  /// Whether it judges the form alone, so that wrong answers in the right form may pass.
  package var judgesFormOnly: Bool
  /// Where the problems come from.
  package var sources: [String]
  /// Problems that were left out, and why.
  package var passedOver: [String]
  /// The seed of the problems and mutations.
  package var seed: Int
  /// Problems that were asked.
  package var problems: Int
  /// Those of them that were attacked.
  package var attackedProblems: Int
  /// Right completions; those that "pass" are what they should.
  package var right: Row
  /// Wrong answers made by mutation, a row for each mutation that made any.
  package var wrong: [Row] = []
  /// The most that a wrong answer was paid that doesn't count as right; nil where none was judged.
  package var mostForWrong: Double?
  /// A row for each family of attacks.
  package var attacks: [Row] = []
  /// A row for each way of asking again; `differing` is what counts.
  package var repeats: [Row] = []
  /// Completions judged in a second, in one batch.
  package var throughput = 0.0
  /// The slowest completion that was judged alone.
  package var slowest: Slowest?
  /// What is worth a line though it is no breach.
  package var notes: [String] = []
  /// Every breach, by row, `breachesKept` at most of a row.
  package var breaches: [Breach] = []

  /// Breaches that are kept of a row.
  package static let breachesKept = 20

  /// The completions of one kind and what became of them.
  package struct Row: Sendable {
    /// The name of the mutation, attack or way of asking.
    package var name: String
    /// One line about it.
    package var summary: String
    /// Whether completions that count as right are no breach.
    package var mayPass = false
    /// Completions judged.
    package var tried = 0
    /// Those that count as right.
    package var passed = 0
    /// Those that don't, and are paid more than any wrong answer.
    package var overpaid = 0
    /// Those that the verifier failed on.
    package var failed = 0
    /// Those whose score isn't one that the verifier may give.
    package var invalid = 0
    /// Those with another verdict when asked again.
    package var differing = 0
    /// Those left out since too many had failed before.
    package var notJudged = 0

    package init(name: String, summary: String, mayPass: Bool = false) {
      self.name = name
      self.summary = summary
      self.mayPass = mayPass
    }

    /// Whether there is a breach in an attack, a mutation or a way of asking again.
    package var isBreach: Bool {
      (mayPass ? 0 : passed + overpaid) + failed + invalid + differing > 0
    }
  }

  /// One breach, enough to see it again.
  package struct Breach: Sendable {
    /// What is wrong.
    package enum Kind: String, Sendable {
      /// A right completion that doesn't count as right.
      case refused = "a right completion is refused"
      /// Something that doesn't deserve it counts as right.
      case passed = "counts as right"
      /// It earns more than any wrong answer, though it doesn't count as right.
      case overpaid = "is paid more than any wrong answer"
      /// The verifier couldn't judge.
      case failed = "the verifier fails"
      /// A score that the verifier may not give.
      case invalid = "the score is invalid"
      /// Another verdict when asked again.
      case differs = "is judged differently when asked again"
    }

    /// What is wrong.
    package var kind: Kind
    /// The row it belongs to.
    package var row: String
    /// What was judged.
    package var submission: Submission
    /// The verdict, in words.
    package var verdict: String
  }

  /// A completion that took long.
  package struct Slowest: Sendable {
    /// Seconds.
    package var seconds: Double
    /// The attack it belongs to.
    package var attack: String
  }

  /// Wrong answers that count as right, of those that were scored.
  package var falsePositives: (count: Int, trials: Int) {
    (wrong.map(\.passed).reduce(0, +), wrong.map { $0.tried - $0.failed }.reduce(0, +))
  }

  /// Right completions that don't count as right, of those that were scored.
  package var falseNegatives: (count: Int, trials: Int) {
    (right.tried - right.failed - right.passed, right.tried - right.failed)
  }

  /// Verdicts that were failures.
  package var failures: Int {
    right.failed + (wrong + attacks).map(\.failed).reduce(0, +)
  }

  /// Whether nothing was found.
  package var isClean: Bool { breaches.isEmpty }
}
