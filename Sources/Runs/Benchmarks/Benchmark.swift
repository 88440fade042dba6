internal import Dispatch
internal import Foundation
internal import Kernels
internal import LanguageModel
internal import Learning
internal import Parallel
internal import Statistics

/// The fixed workloads of `hone bench`: one rollout and one update, timed against the sgemm peak.
package struct Benchmark: Sendable {
  /// A named workload.
  package struct Preset: Sendable {
    /// The name of `--preset`.
    package let name: String
    /// The model's size by name.
    package let size: String
    /// Problems per step.
    package var problems: Int
    /// New tokens of each completion, exactly.
    package var newTokens: Int

    fileprivate var model: ModelConfiguration {
      guard
        let model = ModelConfiguration.preset(
          size, vocabularySize: Benchmark.vocabulary,
          contextLength: Benchmark.promptTokens + newTokens)
      else { preconditionFailure("presets name known sizes") }
      return model
    }

    /// Whether sampler and trainer agree to the bit on this machine: `ModelConfiguration`'s test.
    package var samplesAsItTrains: Bool { model.samplesAsItTrains }
  }

  /// All presets; a group is 16, a prompt 12 tokens, the vocabulary 64.
  package static let presets = [
    Preset(name: "w0", size: "nano", problems: 2, newTokens: 64),
    Preset(name: "w1", size: "nano", problems: 32, newTokens: 64),
    Preset(name: "w2", size: "micro", problems: 16, newTokens: 128),
  ]
  private static let groupSize = 16
  private static let promptTokens = 12
  private static let vocabulary = 64

  /// One timed part of the step.
  package struct Part: Sendable, Codable {
    /// Median wall seconds.
    package var seconds: Double
    /// Prompt and completion tokens.
    package var tokens: Int
    /// Tokens per second.
    package var tokensPerSecond: Double
    /// GFLOP/s of the products the model needs, counted by formula.
    package var gflops: Double
    /// GFLOP/s over the measured sgemm peak.
    package var fractionOfPeak: Double

    enum CodingKeys: String, CodingKey {
      case seconds, tokens, gflops
      case tokensPerSecond = "tokens_per_second"
      case fractionOfPeak = "fraction_of_peak"
    }
  }

  /// What one run of the benchmark measured.
  package struct Measurement: Sendable, Codable {
    /// The workload's name.
    package var preset: String
    /// Threads used.
    package var threads: Int
    /// OpenBLAS's name of the processor kind.
    package var core: String
    /// The peak measured in this run, all threads together.
    package var sgemmPeakGflops: Double
    /// Sampling the completions.
    package var rollout: Part
    /// Forward, backward and optimizer over the batch.
    package var update: Part
    /// Both together.
    package var step: Step
    /// Most resident memory of the process, MiB.
    package var peakMemoryMib: Double
    /// Heap allocations of one step in the steady state.
    package var allocationsPerStep: Int

    enum CodingKeys: String, CodingKey {
      case preset, threads, core, rollout, update, step
      case sgemmPeakGflops = "sgemm_peak_gflops"
      case peakMemoryMib = "peak_memory_mib"
      case allocationsPerStep = "allocations_per_step"
    }
  }

  /// The whole step.
  package struct Step: Sendable, Codable {
    /// Median wall seconds.
    package var seconds: Double
    /// GFLOP/s over the measured sgemm peak.
    package var fractionOfPeak: Double

    enum CodingKeys: String, CodingKey {
      case seconds
      case fractionOfPeak = "fraction_of_peak"
    }
  }

  /// Runs a preset; `allocations` counts the process's heap allocations so far.
  package static func run(
    _ preset: Preset, threads: Int, repeats: Int = 5, allocations: () -> Int
  ) -> Measurement {
    let team = Team(threads: threads)
    let length = promptTokens + preset.newTokens
    let configuration = preset.model
    let layout = ParameterLayout(configuration)
    let model = Transformer(Parameters(layout, seed: 0))
    let generator = Generator(
      layout, longestPrompt: promptTokens, maximumNewTokens: preset.newTokens, team: team)
    let network = Network(
      model, rule: AdamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0),
      maximumGradientNorm: 1, temperature: 1, longest: length, team: team)

    let random = Philox(seed: 0, purpose: RandomPurpose.problems)
    let prompts = (0..<preset.problems).map { problem in
      (0..<promptTokens).map { position in
        Int32(random.block(SIMD4(UInt32(problem), UInt32(position), 0, 0)).x % UInt32(vocabulary))
      }
    }
    var request = GenerationRequest(
      prompts: prompts, keys: (0..<preset.problems).map { UInt32($0) }, copies: groupSize,
      maximumNewTokens: preset.newTokens, rule: SamplingRule(), endToken: nil,
      random: Philox(seed: 0, purpose: RandomPurpose.rollout), step: 0)
    let advantages = (0..<preset.problems * groupSize).map { $0 % 2 == 0 ? 1.0 : -1.0 }
    let objective = PolicyObjective(
      PolicyLoss(.clipped(ClippedSurrogate(clipLow: 0.2, clipHigh: 0.2))),
      normalization: .tokenMean, maxCompletionTokens: preset.newTokens)

    var (rolloutTimes, updateTimes, steadyAllocations) = ([Double](), [Double](), 0)
    var peak = MatrixProduct.measurePeak(team: team)
    for repetition in 0...repeats {
      let before = allocations()
      let start = DispatchTime.now().uptimeNanoseconds
      request.step = UInt32(repetition)
      let generations = generator.generate(model, request)
      let middle = DispatchTime.now().uptimeNanoseconds
      var batch = Batch()
      for sequence in 0..<generations.count {
        let completion = generations.tokens(sequence)
        batch.append(
          Batch.Member(sequence: sequence, tokens: completion.count),
          prompt: prompts[sequence / groupSize], completion: completion)
      }
      batch[.advantage] = .sequences(advantages)
      let tally = try? network.update(on: batch, by: objective, learningRate: 1e-5)
      precondition(tally != nil, "a finite gradient")
      let end = DispatchTime.now().uptimeNanoseconds
      // The first repetition warms caches and makes the workspaces.
      if repetition > 0 {
        rolloutTimes.append(Double(middle - start) / 1e9)
        updateTimes.append(Double(end - middle) / 1e9)
        steadyAllocations = allocations() - before
      }
    }
    peak = max(peak, MatrixProduct.measurePeak(team: team))

    let forward = forwardGflop(configuration, preset)
    let tokens = preset.problems * groupSize * length
    func part(_ seconds: Double, _ gflop: Double) -> Part {
      Part(
        seconds: seconds, tokens: tokens, tokensPerSecond: Double(tokens) / seconds,
        gflops: gflop / seconds, fractionOfPeak: gflop / seconds / peak)
    }
    let steps = zip(rolloutTimes, updateTimes).map { $0 + $1 }
    return Measurement(
      preset: preset.name, threads: threads, core: MatrixProduct.coreName, sgemmPeakGflops: peak,
      rollout: part(median(rolloutTimes), forward),
      update: part(median(updateTimes), 3 * forward),
      step: Step(seconds: median(steps), fractionOfPeak: 4 * forward / median(steps) / peak),
      peakMemoryMib: ProcessMemory.peakMib, allocationsPerStep: steadyAllocations)
  }

  /// GFLOP of one forward pass over all sequences: every token's products, causal attention, and
  /// logits where a token is chosen.
  private static func forwardGflop(_ c: ModelConfiguration, _ preset: Preset) -> Double {
    let length = Double(promptTokens + preset.newTokens)
    let flops = c.forwardFlops
    let attention = flops.perPosition * length * (length + 1) / 2
    let sequence =
      flops.perToken * length + attention + flops.perLogits * Double(preset.newTokens)
    return sequence * Double(preset.problems * groupSize) / 1e9
  }
}
