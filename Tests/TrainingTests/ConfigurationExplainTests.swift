import Testing

@Suite("Configuration: explanation")
struct ConfigurationExplainTests {
  @Test("the arithmetic of a batch in words")
  func arithmetic() {
    var configuration = Configuration()
    configuration.epochs = 2
    configuration.minibatches = 4
    configuration.evaluationEvery = 50
    configuration.evaluationSamples = 8
    let text = configuration.explain(memoryBytes: 300 << 20)
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
    let text = Configuration(algorithm: .sft).explain()
    #expect(text.contains("  256 demonstrations = 1 optimizer update, on all their tokens\n"))
    #expect(text.contains("  1,500 steps = 384,000 demonstrations, 1,500 optimizer updates\n"))
    #expect(!text.contains("group_size") && !text.contains("memory"))
  }

  @Test("one update per step says that clipping can't matter")
  func ratioIsOne() {
    #expect(Configuration().notes.count == 1)
    #expect(Configuration().notes[0].contains("every probability ratio is 1"))
    var twice = Configuration()
    twice.epochs = 2
    #expect(twice.notes.isEmpty)
  }

  @Test("a variant is spelled out, with what was set otherwise")
  func variants() throws {
    func notes(_ assignments: String...) throws -> [String] {
      try Configuration(resolving: assignments.map { try ConfigurationSetting(assignment: $0) })
        .notes
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
    let dapo = try Configuration(resolving: [ConfigurationSetting(assignment: "variant=dapo")])
    let text = dapo.explain()
    #expect(
      text.contains(
        "  other problems for those whose groups are flat, in up to 9 further rounds\n"))
    #expect(text.contains("  rewards fall by up to 0.5 from 51 to 64 tokens\n"))
    #expect(text.contains("= 102,400 completions, and those of further rounds, 100 optimizer"))
    #expect(
      Configuration(algorithm: .raft).explain().contains(
        "= 1 optimizer update, each on what is accepted of 1,024 completions\n"))
  }

  @Test("options that do nothing together")
  func idleOptions() {
    func notes(
      _ algorithm: Configuration.Algorithm = .grpo, _ change: (inout Configuration) -> Void
    ) -> [String] {
      var configuration = Configuration(algorithm: algorithm)
      if algorithm == .grpo { configuration.epochs = 2 }
      change(&configuration)
      return configuration.notes
    }
    #expect(notes { $0.klEstimator = .k1 } == ["kl_estimator does nothing with kl_weight 0"])
    #expect(
      notes(.rloo) {
        $0.epochs = 2; $0.klInReward = false; $0.klEstimator = .k2
      }
        == ["kl_estimator and kl_in_reward do nothing with kl_weight 0"])
    #expect(notes(.reinforce) { _ in }.isEmpty && notes(.raft) { _ in }.isEmpty)
    #expect(
      notes {
        $0.klWeight = 0.1; $0.klEstimator = .k1
      }[0]
      .hasPrefix("kl_estimator k1 in the loss holds nothing"))
    #expect(notes(.reinforce) { $0.klWeight = 0.1 }.isEmpty)
    #expect(
      notes {
        $0.klWeight = 0.1; $0.logKl = true
      } == [
        "log_kl does nothing with kl_weight above 0: the divergence is measured anyway"
      ])
    #expect(notes { $0.overlongMargin = 0.5 }.count == 1)
    #expect(
      notes {
        $0.overlongMargin = 0.5; $0.overlongPenalty = 1
      }.isEmpty)
    #expect(notes { $0.weightCap = 2 }.count == 1)
    #expect(
      notes {
        $0.weightCap = 2; $0.surrogate = .cispo
      }.isEmpty)
    #expect(
      notes {
        $0.surrogate = .cispo; $0.clipLow = 0.1; $0.ratioCap = 3
      }
        == ["clip_low and ratio_cap do nothing with surrogate cispo: no ratio is clipped"])
    #expect(notes(.raft) { $0.acceptedPerGroup = 16 }.count == 1)
  }

  @Test("settings that can do nothing are pointed out")
  func idleSettings() {
    var configuration = Configuration()
    configuration.epochs = 2
    configuration.advantageScale = .none
    configuration.advantageEpsilon = 1
    configuration.finalLearningRateFraction = 0.5
    configuration.rewards = .random
    configuration.warmupSteps = 100
    configuration.learningRate = 0
    #expect(configuration.notes.count == 5)
    configuration.schedule = .linear
    configuration.advantageScale = .group
    #expect(configuration.notes.count == 3)
    var sft = Configuration(algorithm: .sft)
    sft.topK = 5
    #expect(sft.notes.count == 1)
    sft.evaluationSamples = 4
    #expect(sft.notes.isEmpty)
  }
}
