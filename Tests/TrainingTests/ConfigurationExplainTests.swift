import Testing
import Training

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
