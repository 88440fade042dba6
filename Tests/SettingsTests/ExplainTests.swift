import Algorithms
import Learning
import Settings
import Testing

@Suite("Settings: explanation")
struct ExplainTests {
  /// A change to GRPO's settings with two updates a step, so that the ratio matters.
  private func grpoNotes(_ change: (inout GRPOSettings) -> Void) -> [String] {
    notes(GRPOSettings.self) {
      $0.updates.epochs = 2
      change(&$0)
    }
  }

  @Test("the arithmetic of a batch in words")
  func arithmetic() {
    var grpo = GRPOSettings()
    grpo.updates.epochs = 2
    grpo.updates.minibatches = 4
    grpo.run.evaluationEvery = 50
    grpo.run.evaluationSamples = 8
    let text = Configuration(grpo).explain(memoryBytes: 300 << 20)
    #expect(text.contains("  64 problems × 16 samples = 1,024 completions\n"))
    #expect(text.contains("  up to 64 tokens each: at most 65,536 sampled tokens\n"))
    #expect(
      text.contains("  2 passes × 4 minibatches = 8 optimizer updates, each on 256 completions\n"))
    #expect(text.contains("  100 steps = 102,400 completions, 800 optimizer updates\n"))
    #expect(
      text.contains("  3 evaluations, each on 1,000 held-out problems, greedy and 8 samples "))
    #expect(text.contains("  about 300 MiB of memory\n"))
    #expect(text.contains("\n* epochs                        2\n"))
    #expect(text.contains("\n  seed                          0\n"))
    #expect(!text.contains("Notes"))
  }

  @Test("sft counts demonstrations")
  func supervised() {
    let text = Configuration(SFTSettings()).explain()
    #expect(text.contains("  256 demonstrations = 1 optimizer update, on all their tokens\n"))
    #expect(text.contains("  1,500 steps = 384,000 demonstrations, 1,500 optimizer updates\n"))
    #expect(!text.contains("group_size") && !text.contains("memory"))
  }

  @Test("one update per step says that clipping can't matter")
  func ratioIsOne() {
    #expect(GRPOSettings().notes.count == 1)
    #expect(GRPOSettings().notes[0].contains("every probability ratio is 1"))
    #expect(grpoNotes { _ in }.isEmpty)
  }

  @Test("a variant is spelled out, with what was set otherwise")
  func variants() throws {
    func notes(_ assignments: String...) throws -> [String] {
      try catalog.resolve(assignments.map { try GivenSetting(assignment: $0) }).notes
    }
    #expect(
      try notes("variant=gspo", "epochs=2") == [
        "variant gspo stands for advantage_scale group, loss_normalization sequence_mean, ratio_level "
          + "sequence, clip_low 3e-4, clip_high 4e-4, kl_weight 0"
      ])
    #expect(
      try notes("variant=dr_grpo", "clip_high=0.3", "epochs=2") == [
        "variant dr_grpo stands for advantage_scale none, loss_normalization constant_length, clip_low "
          + "0.2, kl_weight 0; set otherwise: clip_high 0.3"
      ])
    #expect(
      try notes("variant=bnpo", "epochs=2")[0].hasSuffix("; all of them are the defaults"))
    // One update: the variant's clip range is there, and said not to matter.
    let gspo = try notes("variant=gspo")
    #expect(
      gspo.count == 2
        && gspo[1].hasSuffix(
          "every probability ratio is 1 and clip_low, clip_high, ratio_cap, ratio_level, surrogate and "
            + "weight_cap can't matter")
    )
  }

  @Test("batches with further rounds, penalties and rejections in words")
  func batches() throws {
    let text = try resolved("variant=dapo").explain()
    #expect(
      text.contains(
        "  other problems for those whose groups are flat, in up to 9 further rounds\n"))
    #expect(text.contains("  rewards fall by up to 0.5 from 51 to 64 tokens\n"))
    #expect(text.contains("= 102,400 completions, and those of further rounds, 100 optimizer"))
    #expect(
      Configuration(RAFTSettings()).explain().contains(
        "= 1 optimizer update, each on what is accepted of 1,024 completions\n"))
  }

  @Test("options that do nothing together")
  func idleOptions() {
    #expect(
      grpoNotes { $0.divergence.klEstimator = .k1 } == [
        "kl_estimator does nothing with kl_weight 0"
      ])
    #expect(
      notes(RLOOSettings.self) {
        $0.updates.epochs = 2
        $0.divergence.klInReward = false
        $0.divergence.klEstimator = .k2
      } == ["kl_estimator and kl_in_reward do nothing with kl_weight 0"])
    #expect(notes(REINFORCESettings.self) { _ in }.isEmpty)
    #expect(notes(RAFTSettings.self) { _ in }.isEmpty)
    #expect(
      grpoNotes {
        $0.divergence.klWeight = 0.1
        $0.divergence.klEstimator = .k1
      }[0].hasPrefix("kl_estimator k1 does nothing in the loss"))
    #expect(notes(REINFORCESettings.self) { $0.divergence.klWeight = 0.1 }.isEmpty)
    #expect(
      grpoNotes {
        $0.divergence.klWeight = 0.1
        $0.divergence.logKl = true
      } == ["log_kl does nothing with kl_weight above 0: the divergence is measured anyway"])
    #expect(grpoNotes { $0.length.overlongMargin = 0.5 }.count == 1)
    #expect(
      grpoNotes {
        $0.length.overlongMargin = 0.5
        $0.length.overlongPenalty = 1
      }.isEmpty)
    #expect(grpoNotes { $0.weightCap = 2 }.count == 1)
    #expect(
      grpoNotes {
        $0.weightCap = 2
        $0.surrogate = .cispo
      }.isEmpty)
    #expect(
      grpoNotes {
        $0.surrogate = .cispo
        $0.clip.clipLow = 0.1
        $0.clip.ratioCap = 3
      } == ["clip_low and ratio_cap do nothing with surrogate cispo: no ratio is clipped"])
    #expect(notes(RAFTSettings.self) { $0.acceptedPerGroup = 16 }.count == 1)
  }

  @Test("settings that can do nothing are pointed out")
  func idleSettings() {
    var grpo = GRPOSettings()
    grpo.updates.epochs = 2
    grpo.advantageScale = .none
    grpo.advantageEpsilon = 1
    grpo.optimizer.finalLearningRateFraction = 0.5
    grpo.sampling.rewards = .random
    grpo.optimizer.warmupSteps = 100
    grpo.optimizer.learningRate = 0
    #expect(grpo.notes.count == 5)
    grpo.optimizer.schedule = .linear
    grpo.advantageScale = .group
    #expect(grpo.notes.count == 3)
    var sft = SFTSettings()
    sft.run.topK = 5
    #expect(sft.notes.count == 1)
    sft.run.evaluationSamples = 4
    #expect(sft.notes.isEmpty)
  }
}
