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
