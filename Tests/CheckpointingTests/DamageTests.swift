import Checkpointing
import Foundation
import Testing

/// Every damaged archive is refused, by an error that names the archive and an entry.
///
/// `HONE_FUZZ=20` makes twenty times as many.
@Suite struct DamageTests {
  private let repeats = ProcessInfo.processInfo.environment["HONE_FUZZ"].flatMap { Int($0) } ?? 1

  private func sample(_ folder: TemporaryFolder, weights: Int) throws -> [UInt8] {
    let path = folder.file("good.tar.zst")
    try CheckpointArchive.write(
      sampleContents(weights: weights), madeBy: sampleMadeBy, to: path)
    return try bytes(at: path)
  }

  private func expectRefused(_ bytes: [UInt8], _ path: String, _ what: String) throws {
    try write(bytes, to: path)
    guard let error = readingError(path) else {
      Issue.record("read though \(what)")
      return
    }
    guard let error = error as? CheckpointError, error.path == path, error.entry != nil else {
      Issue.record("\(what): \(error) names no entry")
      return
    }
    #expect(error.kind == .badData && error.description.hasPrefix(path))
  }

  @Test func everyByteOfASmallArchiveMatters() throws {
    let folder = try TemporaryFolder()
    let good = try sample(folder, weights: 20)
    var random = TestRandom(seed: 21)
    for index in good.indices {
      var bytes = good
      bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try expectRefused(bytes, folder.file("bad"), "byte \(index) of \(good.count) was changed")
    }
  }

  @Test func flippedBitsOfALargerArchive() throws {
    let folder = try TemporaryFolder()
    let good = try sample(folder, weights: 100_000)
    var random = TestRandom(seed: 22)
    for _ in 0..<(150 * repeats) {
      var bytes = good
      let index = bytes.indices.randomElement(using: &random)!
      bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      try expectRefused(bytes, folder.file("bad"), "byte \(index) of \(good.count) was changed")
    }
  }

  @Test func cutShortOrLong() throws {
    let folder = try TemporaryFolder()
    let good = try sample(folder, weights: 30_000)
    var random = TestRandom(seed: 23)
    let places =
      [0, 1, 4, 5, 6, 20, good.count - 53, good.count - 52, good.count - 51, good.count - 1]
      + (0..<(150 * repeats)).map { _ in Int.random(in: 0..<good.count, using: &random) }
    for place in places {
      try expectRefused(
        Array(good[..<place]), folder.file("bad"), "cut at \(place) of \(good.count)")
    }
    for extra in [[0], good, Array(good.suffix(52))] {
      try expectRefused(good + extra, folder.file("bad"), "\(extra.count) bytes were added")
    }
  }

  @Test func aCutNamesTheEntryItIsIn() throws {
    let folder = try TemporaryFolder()
    let good = try sample(folder, weights: 100_000)
    // Nearly all of the file is two equal halves: the weights and the optimizer's tensors.
    let cuts = [(good.count / 4, "model.safetensors"), (good.count * 3 / 4, "optimizer")]
    for (place, entry) in cuts {
      try write(Array(good[..<place]), to: folder.file("bad"))
      let error = readingError(folder.file("bad")) as? CheckpointError
      #expect(error?.entry?.contains(entry) == true, "\(error?.description ?? "")")
      #expect(error?.message.contains("cut short") == true)
    }
  }

  /// Damage under a good seal, as an attacker would make it: refused, or of no effect.
  @Test func sealedDamageIsRefusedOrHarmless() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("bad")
    let contents = sampleContents(weights: 60)
    var archive = HostileArchive()
    archive.addManifest(of: contents)
    archive.addEntries(of: contents)
    let stored = Array(archive.sealed().dropLast(52))
    let packed = Array(try sample(folder, weights: 60).dropLast(52))
    var random = TestRandom(seed: 24)
    var refused = 0
    for round in 0..<(600 * repeats) {
      var bytes = round.isMultiple(of: 2) ? stored : packed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = bytes.indices.randomElement(using: &random)!
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      if round.isMultiple(of: 5) {
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      }
      try write(HostileArchive.seal(bytes), to: path)
      do {
        let files = try CheckpointArchive.read(path)
        for (entry, expected) in contents { #expect(files[entry] == expected) }
      } catch let error as CheckpointError {
        refused += 1
        #expect(error.path == path && error.entry != nil)
      }
    }
    #expect(refused > 300 * repeats)
  }
}
