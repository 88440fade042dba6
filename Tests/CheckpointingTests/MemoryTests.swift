import Checkpointing
import Foundation
import Testing

/// A hostile archive costs at most 64 MiB beyond what it declares. Each is read in a process of
/// its own, whose peak memory tells.
@Suite struct MemoryTests {
  /// The process's peak of resident memory in MiB, from /proc.
  static func peak() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    return kibibytes.map { $0 / 1024 } ?? .max
  }

  /// Verifies a bad archive in another process, where that may take 64 MiB and what it declares.
  private func expectSmallPeak(_ bytes: [UInt8], declared: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("hostile.tar.zst")
    try write(bytes, to: path)
    let limit = 64 + declared >> 20
    await #expect(processExitsWith: .success) { [path = path as String, limit = limit as Int] in
      let before = MemoryTests.peak()
      let report = try CheckpointArchive.verify(path)
      let growth = MemoryTests.peak() - before
      #expect(!report.isSound)
      #expect(growth <= limit, "\(growth) MiB")
    }
  }

  private func manifest(_ contents: [CheckpointEntry: [UInt8]]) -> HostileArchive {
    var archive = HostileArchive()
    archive.addManifest(of: contents)
    return archive
  }

  /// The archive so far, followed by 2 GiB of zeros.
  private func bomb(_ archive: HostileArchive) -> [UInt8] {
    let zeros = HostileArchive.repeatBlocks(0, count: 16_384, last: true)
    return HostileArchive.seal(
      HostileArchive.frame(HostileArchive.rawBlocks(archive.tar, last: false) + zeros))
  }

  @Test func aBombAfterTheManifest() async throws {
    try await expectSmallPeak(bomb(manifest([.config: [1], .weights: [2]])), declared: 0)
  }

  @Test func anEntryThatUnpacksToFarMoreThanDeclared() async throws {
    var archive = manifest([.config: [1], .weights: [2]])
    archive.tar += HostileArchive.header("config.json", size: 2 << 30, type: "0", link: "")
    try await expectSmallPeak(bomb(archive), declared: 0)
  }

  @Test func aHugeExtendedHeader() async throws {
    var archive = manifest([.config: [1], .weights: [2]])
    archive.tar += HostileArchive.header("pax", size: 2 << 30, type: "x", link: "")
    try await expectSmallPeak(bomb(archive), declared: 0)
    archive = HostileArchive()
    archive.tar += HostileArchive.header("name", size: 2 << 30, type: "L", link: "")
    try await expectSmallPeak(bomb(archive), declared: 0)
  }

  @Test func aManifestThatDeclaresMuchAndHoldsLittle() async throws {
    let contents: [CheckpointEntry: [UInt8]] = [.config: [1], .weights: [2]]
    let text = String(
      decoding: CheckpointManifest(of: contents, madeBy: .null).bytes(), as: UTF8.self)
    let large = text.replacing("\"size\": 1", with: "\"size\": 2000000000", maxReplacements: 1)
    #expect(large != text)
    var archive = HostileArchive()
    archive.add("manifest.json", [UInt8](large.utf8))
    archive.tar += HostileArchive.header("config.json", size: 2_000_000_000, type: "0", link: "")
    archive.tar += [1]
    try await expectSmallPeak(archive.sealed(), declared: 0)
  }

  /// A header of 16 MiB that would make eight million values, or as many keys as there may be, or
  /// one long name.
  @Test(arguments: ["values", "keys", "name"]) func giantJSON(_ kind: String) async throws {
    let header =
      switch kind {
      case "values": "{\"a\":[" + String(repeating: "0,", count: 8_000_000) + "0]}"
      case "keys":
        "{" + (0..<199_000).map { "\"key number \($0) of many\":[]" }.joined(separator: ",") + "}"
      default: "{\"" + String(repeating: "x", count: 16_000_000) + "\":[]}"
      }
    let weights = safetensors(header, [])
    let contents: [CheckpointEntry: [UInt8]] = [.config: Array("{}".utf8), .weights: weights]
    var archive = manifest(contents)
    archive.addEntries(of: contents)
    try await expectSmallPeak(archive.sealed(), declared: weights.count)
  }
}
