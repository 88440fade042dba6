import Checkpointing
import Foundation
import Testing

/// Archives with a good seal whose content is an attack.
@Suite struct HostileArchiveTests {
  private let contents: [CheckpointEntry: [UInt8]] = [
    .config: [UInt8]("{}".utf8), .weights: SafetensorsBuilder.encode([]),
  ]

  /// Reads an archive that must be refused and returns the error.
  private func refusal(_ bytes: [UInt8]) throws -> CheckpointError {
    let folder = try TemporaryFolder()
    let path = folder.file("hostile.tar.zst")
    try write(bytes, to: path)
    let error = try #require(readingError(path) as? CheckpointError)
    #expect(error.path == path && error.description.contains(path))
    #expect(throws: CheckpointError.self) {
      try CheckpointArchive.unpack(path, into: folder.file("out"))
    }
    #expect(try folder.names() == ["hostile.tar.zst"])
    #expect(try CheckpointArchive.verify(path).isSound == false)
    return error
  }

  /// An archive whose entries after the manifest are made by `change`.
  private func archive(_ change: (inout HostileArchive) -> Void) -> [UInt8] {
    var archive = HostileArchive()
    archive.addManifest(of: contents)
    change(&archive)
    return archive.sealed()
  }

  @Test func theBuilderMakesSoundArchivesToo() throws {
    let folder = try TemporaryFolder()
    try write(archive { $0.addEntries(of: contents) }, to: folder.file("a"))
    #expect(try CheckpointArchive.read(folder.file("a")).entries == [.config, .weights])
    #expect(try CheckpointArchive.verify(folder.file("a")).isSound)
  }

  @Test(arguments: [
    ("/etc/passwd", "absolute"), ("/config.json", "absolute"), ("../config.json", ".."),
    ("trainer/../config.json", ".."), ("..", ".."), ("evil.sh", "no checkpoint holds"),
    ("./config.json", "no checkpoint holds"), ("config.json ", "no checkpoint holds"),
    ("trainer/", "folder"), ("model.safetensors", "stands where config.json"),
    ("manifest.json", "twice"), ("pytorch_model.bin", "no checkpoint holds"),
    ("a\nb\u{1B}[2J", "no checkpoint holds"), ("CONFIG.JSON", "no checkpoint holds"),
  ])
  func refusesThePath(_ name: String, _ word: String) throws {
    let error = try refusal(
      archive {
        $0.add(name, [UInt8]("{}".utf8))
        $0.addEntries(of: contents)
      })
    #expect(error.message.contains(word), "\(error)")
    #expect(error.entry?.unicodeScalars.allSatisfy { $0.value > 31 && $0.value < 127 } == true)
    #expect(name.hasPrefix("a\n") || error.entry?.contains(name.prefix(5)) == true)
  }

  @Test(
    arguments: [
      ("1", "hard link"), ("2", "symbolic link"), ("3", "device"), ("4", "device"), ("5", "folder"),
      ("6", "device"),
    ] as [(Character, String)])
  func refusesTheKind(_ type: Character, _ word: String) throws {
    let error = try refusal(
      archive {
        $0.add("config.json", [], type: type, link: "/etc/passwd")
        $0.add("model.safetensors", contents[.weights]!)
      })
    #expect(error.entry == "config.json" && error.message.contains(word), "\(error)")
  }

  @Test func refusesDuplicatesAndExtras() throws {
    let twice = try refusal(
      archive {
        $0.addEntries(of: contents)
        $0.add("config.json", [UInt8]("[]".utf8))
      })
    #expect(twice.entry == "config.json" && twice.message.contains("twice"))
    let extra = try refusal(
      archive {
        $0.addEntries(of: contents)
        $0.add("tokenizer.json", [UInt8]("{}".utf8))
      })
    #expect(extra.entry == "tokenizer.json" && extra.message.contains("doesn't list"))
    let missing = try refusal(archive { $0.add("config.json", contents[.config]!) })
    #expect(missing.entry == "model.safetensors" && missing.message.contains("missing"))
    let strange = try refusal(
      archive {
        $0.add("config.json", contents[.config]!, mode: 0o4755)
        $0.add("model.safetensors", contents[.weights]!)
      })
    #expect(strange.entry == "config.json" && strange.message.contains("mode"))
  }

  @Test func refusesWrongSizesAndDigests() throws {
    let digest = try refusal(
      archive {
        $0.add("config.json", [UInt8]("[]".utf8))
        $0.add("model.safetensors", contents[.weights]!)
      })
    #expect(digest.entry == "config.json" && digest.message.contains("SHA-256"))
    let larger = try refusal(
      archive {
        $0.add("config.json", [UInt8](repeating: 0x20, count: 5000))
        $0.add("model.safetensors", contents[.weights]!)
      })
    #expect(larger.entry == "config.json" && larger.message.contains("5000 bytes"))
    let short = try refusal(
      archive { $0.add("config.json", contents[.config]!, size: 1 << 32) })
    #expect(short.entry == "config.json")
  }

  @Test func refusesWhatHidesInThePadding() throws {
    // A second tar after the first one's end, which tar itself would not show.
    let hidden = try refusal(
      archive {
        $0.addEntries(of: contents)
        $0.tar += [UInt8](repeating: 0, count: 1024)
        $0.add("evil.sh", [1, 2, 3])
      })
    #expect(hidden.message.contains("too many"), "\(hidden)")
    let zstd = HostileArchive.frame(HostileArchive.rawBlocks([1, 2, 3], last: true))
    let good = Array(archive { $0.addEntries(of: contents) }.dropLast(52))
    let second = try refusal(HostileArchive.seal(good + zstd))
    #expect(second.message.contains("hide after"), "\(second)")
  }

  @Test func refusesExtendedHeaders() throws {
    func record(_ text: String) -> [UInt8] {
      let length = text.utf8.count + 2
      let total = length + String(length).utf8.count
      return [UInt8]("\(total) \(text)\n".utf8)
    }
    for key in ["path=/etc/passwd", "size=4", "linkpath=/etc/passwd", "GNU.sparse.major=1"] {
      let error = try refusal(
        archive {
          $0.add("pax", record(key), type: "x")
          $0.addEntries(of: contents)
        })
      #expect(error.entry != nil, "\(key): \(error)")
    }
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 3 << 20)
    for type in ["x", "g", "L", "K"] as [Character] {
      let error = try refusal(
        archive {
          $0.add("huge", large, type: type)
          $0.addEntries(of: contents)
        })
      #expect(error.entry != nil, "\(type): \(error)")
    }
  }

  @Test func refusesBombs() throws {
    // 2 GiB of zeros after the manifest: a tar's end without end.
    var manifest = HostileArchive()
    manifest.addManifest(of: contents)
    let zeros = HostileArchive.repeatBlocks(0, count: 16_384, last: true)
    let endless = try refusal(
      HostileArchive.seal(
        HostileArchive.frame(HostileArchive.rawBlocks(manifest.tar, last: false) + zeros)))
    #expect(endless.entry != nil)

    // A manifest of 2 GiB.
    let header = HostileArchive.header("manifest.json", size: 2 << 30, type: "0", link: "")
    let spaces = HostileArchive.repeatBlocks(0x20, count: 16_384, last: true)
    let large = try refusal(
      HostileArchive.seal(
        HostileArchive.frame(HostileArchive.rawBlocks(header, last: false) + spaces)))
    #expect(large.entry == "manifest.json" && large.message.contains("larger"))

    // A frame that asks for 1 GiB of window.
    let window = try refusal(
      HostileArchive.seal(
        HostileArchive.frame(
          HostileArchive.rawBlocks(manifest.tar, last: true), windowExponent: 20)))
    #expect(window.message.contains("window"), "\(window)")

    // zstd inside zstd.
    let inner = HostileArchive.frame(HostileArchive.rawBlocks(manifest.tar, last: true))
    let nested = try refusal(
      HostileArchive.seal(HostileArchive.frame(HostileArchive.rawBlocks(inner, last: true))))
    #expect(nested.entry == "manifest.json")
  }

  @Test(arguments: [
    ("{}", "isn't the manifest"), ("[]", "isn't the manifest"), ("{", "isn't JSON"),
    (#"{"format":"hone-checkpoint"}"#, "isn't the manifest"),
    (#"{"format":"hone-checkpoint","format_version":1}"#, "needs format"),
    (#"{"format":"hone-checkpoint","format_version":"1"}"#, "isn't the manifest"),
    (#"{"format":"x","format":"hone-checkpoint","format_version":1}"#, "twice"),
    (#"{"format":"hone-checkpoint","format_version":1,"entries":[],"made_by":{}}"#, "doesn't list"),
    (
      #"{"format":"hone-checkpoint","format_version":1,"entries":[7],"made_by":{}}"#, "needs a name"
    ),
    (String(repeating: "[", count: 100_000), "levels"),
  ])
  func refusesTheManifest(_ text: String, _ word: String) throws {
    var archive = HostileArchive()
    archive.add("manifest.json", [UInt8](text.utf8))
    archive.addEntries(of: contents)
    let error = try refusal(archive.sealed())
    #expect(error.entry == "manifest.json" && error.message.contains(word), "\(error)")
  }

  @Test func refusesManifestEntriesThatLie() throws {
    let good = CheckpointManifest(of: contents, madeBy: .object([:])).bytes()
    let text = String(decoding: good, as: UTF8.self)
    let size = "\"size\": \(contents[.weights]!.count)"
    let changes = [
      ("\"name\": \"config.json\"", "\"name\": \"evil.json\"", "no checkpoint holds"),
      ("\"name\": \"config.json\"", "\"name\": \"model.safetensors\"", "twice"),
      (size, "\"size\": -1", "needs a name"),
      (size, "\"size\": 9223372036854775807", "limit"),
      (size, "\"size\": 99999999999999999999", "needs a name"),
      ("\"sha256\": \"", "\"sha256\": \"0", "needs a name"),
    ]
    for (old, new, word) in changes {
      var archive = HostileArchive()
      archive.add("manifest.json", [UInt8](text.replacing(old, with: new).utf8))
      archive.addEntries(of: contents)
      let error = try refusal(archive.sealed())
      #expect(error.entry == "manifest.json" && error.message.contains(word), "\(error)")
    }
  }

  @Test func refusesWhatIsNoArchive() throws {
    let folder = try TemporaryFolder()
    for bytes in [[], Array("hello".utf8), [UInt8](repeating: 0, count: 5000)] {
      try write(bytes, to: folder.file("a"))
      #expect((readingError(folder.file("a")) as? CheckpointError)?.kind == .badData)
    }
    #expect((readingError(folder.file("none")) as? FileError)?.kind == .missing)
    #expect((readingError(folder.path) as? FileError)?.kind == .missing)
    #expect((readingError("/dev/zero") as? FileError)?.kind == .missing)
  }

  @Test(.enabled(if: hasTarAndZstd, "tar and zstd aren't installed"))
  func refusesAForeignArchiveAndSaysWhatToDo() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tar.zst")
    let tar = try run(
      "/bin/tar", "--zstd", "-cf", path, "-C", fixture("llama_tied"), "config.json",
      "model.safetensors")
    #expect(tar.status == 0)
    let error = readingError(path) as? CheckpointError
    #expect(error?.entry == "config.json")
    #expect(error?.description.contains("hone checkpoint pack") == true)
  }
}
