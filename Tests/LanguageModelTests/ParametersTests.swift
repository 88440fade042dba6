import Kernels
import LanguageModel
import TestSupport
import Testing

@Suite struct ParametersTests {
  private let configuration = ModelConfiguration(
    vocabularySize: 13, hiddenSize: 24, layers: 2, heads: 4, keyValueHeads: 2, headSize: 8,
    feedForwardSize: 40, contextLength: 32, tiesEmbeddings: false)

  @Test func everyFloatBelongsToOneTensor() {
    let layout = ParameterLayout(configuration)
    var end = 0
    for entry in layout.entries {
      #expect(entry.offset == end && entry.count == entry.shape.reduce(1, *))
      end += entry.count
    }
    #expect(end == layout.count && Set(layout.entries.map(\.name)).count == layout.entries.count)
    #expect(layout.entries.last?.name == "lm_head.weight")
    var tied = configuration
    tied.tiesEmbeddings = true
    #expect(ParameterLayout(tied).count == layout.count - 13 * 24)
  }

  /// So that a policy's weights are the same floats with a critic's head behind them.
  @Test func theValueHeadComesLast() {
    let policy = ParameterLayout(configuration)
    let shared = ParameterLayout(configuration, heads: [.logits, .value])
    let critic = ParameterLayout(configuration, heads: .value)
    #expect(Array(shared.languageModelEntries) == policy.entries)
    #expect(shared.count == policy.count + 25 && policy.valueHeadEntries.isEmpty)
    #expect(shared.valueHeadEntries.map(\.name) == ["score.weight", "score.bias"])
    #expect(shared.valueHeadEntries.map(\.shape) == [[1, 24], [1]])
    #expect(
      critic.entries.map(\.name) == shared.entries.map(\.name).filter { $0 != "lm_head.weight" })
    #expect(critic.count == shared.count - 13 * 24)
    #expect(
      Parameters(critic, seed: 1).values.all.slice(critic.count - 25, 25).array.allSatisfy {
        $0 == 0
      })
  }

  @Test func copiesTakeWhatBothHave() {
    let shared = Parameters.lively(configuration, heads: [.logits, .value], seed: 4)
    let policy = Parameters(ParameterLayout(configuration), from: shared)
    #expect(policy.values.all.array == Array(shared.values.all.array.dropLast(25)))
    let critic = Parameters(ParameterLayout(configuration, heads: .value), from: policy)
    for entry in critic.layout.languageModelEntries {
      #expect(critic[entry].array == policy[entry].array, "\(entry.name)")
    }
    #expect(critic.layout.valueHeadEntries.allSatisfy { critic[$0].array.allSatisfy { $0 == 0 } })
    let again = Parameters(shared.layout, from: shared)
    #expect(again.values.all.array == shared.values.all.array)
  }

  @Test func firstWeightsAreAFunctionOfTheSeed() {
    let layout = ParameterLayout(configuration)
    let (a, b) = (Parameters(layout, seed: 1), Parameters(layout, seed: 1))
    #expect(Tolerance.differingBits(a.values.all.array, b.values.all.array) == 0)
    let c = Parameters(layout, seed: 2)
    #expect(Tolerance.differingBits(a.values.all.array, c.values.all.array) > layout.count / 2)
  }

  @Test func firstWeightsHaveTheirDeviation() {
    let parameters = Parameters(ParameterLayout(configuration), seed: 3)
    for entry in parameters.layout.entries {
      let values = parameters[entry].array.doubles
      if entry.name.hasSuffix("norm.weight") {
        #expect(values.allSatisfy { $0 == 1 })
        continue
      }
      let isResidual = entry.name.contains("o_proj") || entry.name.contains("down_proj")
      let deviation = isResidual ? 0.01 : 0.02  // 0.02 / sqrt(2 * 2 layers)
      let n = Double(values.count)
      let square = values.reduce(0) { $0 + $1 * $1 } / n
      let mean = values.reduce(0, +) / n
      // Five standard errors.
      #expect(abs(mean) < 5 * deviation / n.squareRoot(), "\(entry.name)")
      let error = 5 * (2 / n).squareRoot()
      #expect(abs(square / (deviation * deviation) - 1) < error, "\(entry.name)")
    }
  }

  @Test func namesTheFirstNumberThatIsNotFinite() {
    let parameters = Parameters(ParameterLayout(configuration))
    #expect(parameters.firstNonFinite == nil)
    let entry = parameters.layout.entries[3]
    parameters[entry][5] = .infinity
    #expect(parameters.firstNonFinite == "\(entry.name)[5]")
  }

  @Test func configurationsSayWhatIsWrong() {
    #expect(configuration.problem == nil)
    func problem(_ change: (inout ModelConfiguration) -> Void) -> String {
      var changed = configuration
      change(&changed)
      return changed.problem ?? ""
    }
    #expect(problem { $0.vocabularySize = 0 }.contains("vocab_size"))
    #expect(problem { $0.layers = -1 }.contains("num_hidden_layers"))
    #expect(problem { $0.keyValueHeads = 3 }.contains("num_key_value_heads"))
    #expect(problem { $0.headSize = 7 }.contains("head_dim"))
    #expect(problem { $0.normEpsilon = .nan }.contains("rms_norm_eps"))
    #expect(problem { $0.ropeTheta = 0 }.contains("rope_theta"))
    #expect(
      problem {
        $0.hiddenSize = 1 << 20; $0.feedForwardSize = 1 << 20
      }.contains("billion"))
  }

  @Test func presetsAreSound() {
    for preset in ModelConfiguration.presets {
      let made = ModelConfiguration.preset(
        preset.name, vocabularySize: 88, contextLength: 256)
      #expect(made?.problem == nil && made?.hiddenSize == preset.hidden)
    }
    #expect(ModelConfiguration.preset("huge", vocabularySize: 88, contextLength: 256) == nil)
  }
}
