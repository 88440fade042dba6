import LanguageModel
import TestSupport
import Testing

@Suite struct PackedBatchTests {
  @Test func numbersTokensThroughTheBatch() {
    var batch = PackedBatch()
    #expect(batch.count == 0 && batch.scoredCount == 0 && batch.tokens.isEmpty)
    batch.append(prompt: [1, 2], completion: [3, 4, 5])
    batch.append(prompt: [6], completion: [7][...])
    #expect(batch.tokens == [1, 2, 3, 4, 5, 6, 7])
    #expect(batch.starts == [0, 5, 7] && batch.promptLengths == [2, 1])
    #expect(batch.scored(0) == 0..<3 && batch.scored(1) == 3..<4 && batch.scoredCount == 4)
    #expect(batch.sequence(1) == [6, 7])
    #expect(batch.picking([1, 0]).tokens == [6, 7, 1, 2, 3, 4, 5])
  }
}
