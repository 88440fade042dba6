// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "PLUGIN_NAME",
  products: [.library(name: "Judge", type: .dynamic, targets: ["Judge"])],
  // The folder of Hone itself: its module Verifiers has the types and the built-in verifiers.
  dependencies: [.package(name: "hone", path: "HONE_FOLDER")],
  targets: [
    // hone_verifier.h, for Swift to import.
    .systemLibrary(name: "CVerifier"),
    .target(
      name: "Judge",
      dependencies: ["CVerifier", .product(name: "Verifiers", package: "hone")]),
    .testTarget(name: "JudgeTests", dependencies: ["Judge"]),
  ],
  swiftLanguageModes: [.v6]
)
