import Algorithms
import Experience
import Foundation
import LanguageModel
import Learning
import Parallel
import Settings
import Synchronization
import TestLab
import Testing
import Verifiers

@Suite("Judging while others are sampled")
struct OverlapTests {
  /// Judges as the script does, wants batches, and writes down how many completions it was handed.
  private final class Recording: BatchVerifier {
    let name = "recording"
    let partNames = ["correctness"]
    let calling = VerifierCalling.inBatches
    private let judge: @Sendable (Completion, Problem) -> Verdict
    private let record = Mutex<[Int]>([])
    var handedIn: [Int] { record.withLock { $0 } }

    init(_ judge: @escaping @Sendable (Completion, Problem) -> Verdict) { self.judge = judge }

    func verify(_ completion: Completion, of problem: Problem) -> Verdict {
      judge(completion, problem)
    }

    func begin(
      _ submissions: [Submission], within budget: FailureBudget
    ) -> PendingVerdicts {
      record.withLock { $0.append(submissions.count) }
      return PendingVerdicts { [judge] in
        submissions.map { judge($0.completion, $0.problem) }
      }
    }
  }

  @Sendable private static func judge(_ completion: Completion, _ problem: Problem) -> Verdict {
    switch ScriptedVerifier.hash(problem.prompt + completion.text, below: 5) {
    case 0: .failure("none of \(problem.prompt)")
    case 1: .score(Score(reward: .nan, parts: [:]))
    case let mixed: ScriptedVerifier.score(Double(mixed))
    }
  }

  @Test("a program gets completions as they come, sixteen at a time, and the rest at the end")
  func order() {
    let recording = Recording(Self.judge)
    let round = JudgedRound(
      problems: (0..<3).map { Problem(task: "copy", prompt: "\($0)=", answer: "\($0)") },
      copies: 24, step: 1, firstProblem: 0)
    let completions = (0..<72).map { Completion(text: "\($0)") }
    let lengths = completions.map { _ in 1 }
    let judge = VerifierJudge(recording, failureLimit: 1, team: Team(threads: 2))
    let session = judge.begin(round)
    #expect(session.takesEarly)
    for s in (0..<72).reversed() { session.enter(completions[s], s) }
    #expect(recording.handedIn == [16, 16, 16, 16])
    let judgements = session.judgements(of: completions, lengths: lengths)
    #expect(recording.handedIn == [16, 16, 16, 16, 8])

    let plain = VerifierJudge(
      ScriptedVerifier(Self.judge), failureLimit: 1, team: Team(threads: 2)
    ).begin(round)
    #expect(!plain.takesEarly)
    let expected = plain.judgements(of: completions, lengths: lengths)
    #expect(judgements.map(\.verdict) == expected.map(\.verdict))
    #expect(judgements.map(\.reward) == expected.map(\.reward))
    let failures = judgements.count { $0.reward == nil }
    #expect(failures > 0 && failures < 72)
    // Asked again, it doesn't ask again.
    let again = session.judgements(of: completions, lengths: lengths)
    #expect(again.map(\.verdict) == judgements.map(\.verdict) && recording.handedIn.count == 5)
    // With a shadow that is a program, its completions are handed in early too.
    let shadowed = ShadowJudge(
      VerifierJudge(ScriptedVerifier(Self.judge), failureLimit: 1, team: .single), shadow: judge)
    #expect(shadowed.begin(round).takesEarly)
  }

  @Test("a whole step is the same, of verifier and shadow, with further rounds of sampling")
  func step() throws {
    let settings = GRPOSettings.small {
      $0.sampling.groupSize = 7
      $0.samplingRounds = 3
      $0.sampling.verifierFailureLimit = 1
    }
    @Sendable func judge(_ completion: Completion, _ problem: Problem) -> Verdict {
      ScriptedVerifier.hash(problem.prompt, below: 4) > 0
        ? ScriptedVerifier.score(1) : Self.judge(completion, problem)
    }
    let (program, shadow) = (Recording(judge), Recording(Self.judge))
    var early = try Stage(GRPO.self, settings, judgedBy: program, shadow: shadow)
    let outcome = try early.step()
    // The first round: 21 completions.
    #expect(Array(program.handedIn.prefix(2)) == [16, 5])
    #expect(shadow.handedIn == program.handedIn)
    var late = try Stage(
      GRPO.self, settings, judgedBy: ScriptedVerifier(judge),
      shadow: ScriptedVerifier(Self.judge))
    let expected = try late.step()
    func lines(_ outcome: StepOutcome) throws -> [String] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return try outcome.completions.map {
        String(decoding: try encoder.encode($0), as: UTF8.self)
      }
    }
    #expect(try lines(outcome) == lines(expected))
    #expect(outcome.metrics.withoutTimes == expected.metrics.withoutTimes)
    #expect(early.policy.floats == late.policy.floats)
    #expect(expected.metrics["sampling/rounds"] ?? 0 > 1)
  }
}
