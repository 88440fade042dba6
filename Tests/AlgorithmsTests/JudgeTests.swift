import Experience
import Kernels
import LanguageModel
import Learning
import Parallel
import Settings
import TestLab
import Testing
import Verifiers

@Suite("Judges, one around another")
struct JudgeTests {
  /// Fails on one completion in four, and gives 0.25 or 1 to the others.
  private static let verifier = ScriptedVerifier { completion, problem in
    switch ScriptedVerifier.hash(problem.prompt + completion.text, below: 4) {
    case 0: .failure("of \(completion.text)")
    case 1: ScriptedVerifier.score(0.25)
    default: ScriptedVerifier.score(1)
    }
  }
  private static let base = VerifierJudge(verifier, failureLimit: 1, team: Team(threads: 2))
  private static let coin = Philox(seed: 3, purpose: RandomPurpose.coin)

  private let problems = (0..<12).map { Problem(task: "copy", prompt: "\($0)=", answer: "\($0)") }
  private let copies = 8

  /// The judgements on one round: completion s of problem p is `p/s`, and has s + 1 tokens.
  private func judgements(
    _ judge: any Judge, _ chosen: Range<Int> = 0..<12, step: Int = 1, firstProblem: Int = 0
  ) -> [Judgement] {
    let session = judge.begin(
      JudgedRound(
        problems: Array(problems[chosen]), copies: copies, step: step, firstProblem: firstProblem))
    let completions = chosen.flatMap { p in
      (0..<copies).map { Completion(text: "\(p)/\($0)") }
    }
    if session.takesEarly {
      for (s, completion) in completions.enumerated() { session.enter(completion, s) }
    }
    return session.judgements(
      of: completions, lengths: chosen.flatMap { _ in (0..<copies).map { $0 + 1 } })
  }

  @Test("a verifier's judgement is its verdict, and a failure is no reward")
  func verifier() throws {
    let judgements = judgements(Self.base)
    let failed = judgements.filter(\.verdict.isFailure)
    try #require(failed.count > 5 && failed.count < 60)
    #expect(failed.allSatisfy { $0.reward == nil && $0.penalized == nil && $0.penalty == nil })
    #expect(Set(judgements.compactMap(\.reward)) == [0.25, 1])
    #expect(judgements.allSatisfy { $0.reward == $0.verdict.reward && $0.penalized == $0.reward })
    #expect(Self.base.partNames == ["correctness"])
  }

  @Test("the coin is fair, a function of step, problem and sample, and no failure's")
  func coin() {
    let judge = RandomJudge(Self.base, coin: Self.coin)
    let plain = judgements(Self.base)
    let tossed = judgements(judge)
    #expect(tossed.map(\.verdict) == plain.map(\.verdict))
    #expect(tossed.map { $0.reward == nil } == plain.map { $0.reward == nil })
    #expect(Set(tossed.compactMap(\.reward)) == [0, 1])
    #expect(judgements(judge).map(\.reward) == tossed.map(\.reward))
    #expect(judgements(judge, step: 2).map(\.reward) != tossed.map(\.reward))
    let other = RandomJudge(Self.base, coin: Philox(seed: 4, purpose: RandomPurpose.coin))
    #expect(judgements(other).map(\.reward) != tossed.map(\.reward))
    // A later round of a step goes on where the one before ended.
    let first = judgements(judge, 0..<5)
    let second = judgements(judge, 5..<12, firstProblem: 5)
    #expect((first + second).map(\.reward) == tossed.map(\.reward))
    #expect(judgements(judge, 5..<12).map(\.reward) != second.map(\.reward))
    let tosses = (1...40).flatMap { judgements(judge, step: $0).compactMap(\.reward) }
    // Some 2,900 tosses: a standard deviation is less than 0.01.
    #expect(abs(tosses.reduce(0, +) / Double(tosses.count) - 0.5) < 0.04)
  }

  @Test("the overlong penalty grows along the margin, and makes no reward out of a failure")
  func overlong() {
    let judge = OverlongJudge(Self.base, weight: 0.5, maximum: 8, margin: 4)
    let (plain, judged) = (judgements(Self.base), judgements(judge))
    let penalties = [0, 0, 0, 0, 0.125, 0.25, 0.375, 0.5]
    for (s, judgement) in judged.enumerated() {
      #expect(judgement.overlong == penalties[s % copies])
      #expect(judgement.reward == plain[s].reward)
      #expect(judgement.penalized == plain[s].reward.map { $0 - penalties[s % copies] })
    }
    #expect(judged.contains { $0.verdict.isFailure && $0.overlong == 0.5 && $0.penalized == nil })
  }

  @Test("a shadow is noted and changes nothing, and its failures are its own")
  func shadow() throws {
    let strict = ScriptedVerifier { completion, _ in
      ScriptedVerifier.hash(completion.text, below: 3) == 0
        ? .failure("no idea") : ScriptedVerifier.score(0)
    }
    let judge = ShadowJudge(
      Self.base, shadow: VerifierJudge(strict, failureLimit: 1, team: Team(threads: 2)))
    let (plain, judged) = (judgements(Self.base), judgements(judge))
    #expect(judged.map(\.reward) == plain.map(\.reward))
    #expect(judged.map(\.verdict) == plain.map(\.verdict))
    #expect(plain.allSatisfy { $0.shadow == nil })
    let shadows = judged.compactMap(\.shadow)
    try #require(shadows.count == judged.count)
    #expect(shadows.contains(.failure("no idea")) && shadows.contains { $0.reward == 0 })
    // Each may fail where the other can judge.
    #expect(zip(judged, shadows).contains { $0.reward == nil && $1.reward != nil })
    #expect(zip(judged, shadows).contains { $0.reward != nil && $1.reward == nil })
  }

  @Test("all of them together, as a lab composes them")
  func composed() throws {
    var settings = SamplingSettings()
    settings.rewards = .random
    settings.verifierFailureLimit = 1
    var length = LengthSettings()
    (length.overlongPenalty, length.overlongMargin) = (0.5, 0.5)
    var run = RunSettings()
    (run.seed, run.maxCompletionTokens) = (3, 8)
    let nothing = ScriptedVerifier { _, _ in ScriptedVerifier.score(0) }
    let lab = Lab.tiny(try CopySuite.judged(by: Self.verifier), run, shadow: nothing)
    let judged = judgements(lab.judge(run, settings, length))
    let tossed = judgements(RandomJudge(Self.base, coin: Self.coin))
    let punished = judgements(OverlongJudge(Self.base, weight: 0.5, maximum: 8, margin: 4))
    for (s, judgement) in judged.enumerated() {
      #expect(judgement.verdict == tossed[s].verdict && judgement.reward == tossed[s].reward)
      #expect(judgement.overlong == punished[s].overlong)
      #expect(judgement.shadow == ScriptedVerifier.score(0) && judgement.divergence == nil)
      let wanted = tossed[s].reward.map { $0 - (punished[s].overlong ?? .nan) }
      #expect(judgement.penalized == wanted)
    }
    // A failure is never a zero, whatever stands around the verifier.
    let failed = judged.filter(\.verdict.isFailure)
    #expect(!failed.isEmpty && failed.allSatisfy { $0.reward == nil && $0.penalized == nil })
    // Nothing stands around it that nobody asked for.
    let plainLab = Lab.tiny(try CopySuite.judged(by: Self.verifier), run)
    let plain = judgements(plainLab.judge(run, SamplingSettings(), nil))
    #expect(plain.allSatisfy { $0.overlong == nil && $0.shadow == nil })
    #expect(plain.map(\.reward) == judgements(Self.base).map(\.reward))
  }

  @Test("the divergence comes off the reward beside the other penalties")
  func divergence() {
    var judgement = Judgement(ScriptedVerifier.score(1))
    #expect(judgement.penalty == nil && judgement.penalized == 1)
    judgement.divergence = 0.25
    #expect(judgement.penalty == 0.25 && judgement.penalized == 0.75)
    judgement.overlong = 0.5
    #expect(judgement.penalty == 0.75 && judgement.penalized == 0.25)
    var failed = Judgement(.failure("gone"))
    (failed.divergence, failed.overlong) = (-0.25, 0.5)
    #expect(failed.reward == nil && failed.penalized == nil)
  }
}
