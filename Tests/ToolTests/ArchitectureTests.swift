import Foundation
import Testing

/// docs/architecture.md against the package: its manifest, and the imports in the code.
@Suite("The architecture's page")
struct ArchitectureTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("the arrows drawn are the package's own dependencies")
  func arrows() throws {
    let (drawn, declared) = (try Self.drawnArrows(), try Self.declaredArrows())
    #expect(declared.count > 15)
    #expect(Set(drawn.keys) == Set(declared.keys))
    for (module, arrows) in declared {
      #expect(drawn[module] == arrows, "\(module)")
    }
  }

  @Test("a module imports what it declares, and nothing else")
  func imports() throws {
    let declared = try Self.declaredArrows()
    let modules = Set(declared.keys).union(declared.values.flatMap(\.self))
    for (module, arrows) in declared {
      var imported: Set<String> = []
      for file in try Self.swiftFiles(of: module) {
        for line in try Self.lines(file) {
          let words = line.split(separator: " ").map(String.init)
          guard let place = words.firstIndex(of: "import"), place <= 2,
            words[..<place].allSatisfy({ ["package", "internal", "public"].contains($0) }),
            let name = words.last, modules.contains(name)
          else { continue }
          imported.insert(name)
        }
      }
      #expect(imported == arrows, "\(module)")
    }
  }

  @Test("every file it names is there")
  func files() throws {
    let page = try Self.lines("docs/architecture.md").joined(separator: "\n")
    let named = page.matches(of: /`((?:Sources|Tasks)\/[^`]+)`/).map { String($0.output.1) }
    #expect(named.count > 25)
    for name in named {
      let path = Self.root.appending(path: name).path
      #expect(FileManager.default.fileExists(atPath: path), "\(name)")
    }
    let step = page.components(separatedBy: "## A step of GRPO in five files")[1]
      .components(separatedBy: "\n## ")[0]
    #expect(step.matches(of: /`Sources\/[^`]+`/).count == 5)
  }

  @Test("no file has more than 400 lines, and no folder more than 25 files")
  func sizes() throws {
    var counts: [String: Int] = [:]
    for module in try Self.declaredArrows().keys {
      for file in try Self.swiftFiles(of: module) {
        counts[(file as NSString).deletingLastPathComponent, default: 0] += 1
        let lines = try Self.lines(file).count
        #expect(lines <= 400, "\(file) has \(lines) lines")
      }
    }
    for (folder, count) in counts { #expect(count <= 25, "\(folder) has \(count) files") }
  }

  /// The page's lines `module → modules`, each with its continuation lines.
  private static func drawnArrows() throws -> [String: Set<String>] {
    var arrows: [String: Set<String>] = [:]
    var module: String?
    for line in try lines("docs/architecture.md") {
      let words = line.split(separator: " ").map(String.init)
      if words.count > 2, words[1] == "→" {
        module = words[0]
        arrows[words[0]] = Set(words[2...]).subtracting(["nothing"])
      } else if let current = module, line.hasPrefix("  ") {
        arrows[current]?.formUnion(words)
      } else {
        module = nil
      }
    }
    return arrows
  }

  /// The modules of `Sources` written in Swift, as SwiftPM reads the manifest.
  private static func declaredArrows() throws -> [String: Set<String>] {
    struct Manifest: Decodable {
      struct Target: Decodable {
        struct Dependency: Decodable { let byName: [String?] }
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]
      }
      let targets: [Target]
    }
    let scratch = FileManager.default.temporaryDirectory.appending(
      path: "hone-manifest-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path,
      "dump-package",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let manifest = try JSONDecoder().decode(Manifest.self, from: output)
    var arrows: [String: Set<String>] = [:]
    for target in manifest.targets where target.path == nil {
      guard ["regular", "executable"].contains(target.type),
        try !swiftFiles(of: target.name).isEmpty
      else { continue }
      arrows[target.name] = Set(target.dependencies.compactMap { $0.byName[0] })
    }
    return arrows
  }

  private static func swiftFiles(of module: String) throws -> [String] {
    let folder = "Sources/\(module)"
    return try FileManager.default.subpathsOfDirectory(
      atPath: root.appending(path: folder).path
    ).filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
  }

  private static func lines(_ path: String) throws -> [String] {
    let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
    return text.components(separatedBy: "\n").dropLast(text.hasSuffix("\n") ? 1 : 0)
  }
}
