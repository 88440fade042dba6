import LanguageModel
import Parallel
import Testing

@Suite struct MemoryEstimateTests {
  @Test func aCriticOfItsOwnIsCounted() throws {
    let shape = try #require(
      ModelConfiguration.preset("nano", vocabularySize: 80, contextLength: 160))
    func bytes(_ hasCritic: Bool) -> Int {
      MemoryEstimate.bytes(
        ParameterLayout(shape), team: Team(threads: 2), stepTokens: 0, comparedTokens: nil,
        hasCritic: hasCritic)
    }
    #expect(bytes(true) == 2 * bytes(false))
  }
}
