// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "hone",
  products: [
    .executable(name: "hone", targets: ["hone"]),
    .library(name: "Verifiers", targets: ["Verifiers"]),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    .target(name: "CAllocationCounter"),
    .target(name: "Kernels", dependencies: ["COpenBLAS"], swiftSettings: settings),
    .target(name: "LanguageModel", dependencies: ["Kernels", "JSON"], swiftSettings: settings),
    .target(name: "Messages", swiftSettings: settings),
    .target(name: "JSON", dependencies: ["Messages"], swiftSettings: settings),
    .target(name: "CPluginHost"),
    .target(name: "Verifiers", dependencies: ["Messages"], swiftSettings: settings),
    .target(
      name: "PluginHost", dependencies: ["CPluginHost", "JSON", "Messages", "Verifiers"],
      swiftSettings: settings),
    .target(
      name: "TaskSuites", dependencies: ["JSON", "Messages", "PluginHost", "Verifiers"],
      swiftSettings: settings),
    .target(
      name: "Checkpointing", dependencies: ["CLibArchive", "CLibCrypto", "JSON"],
      swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "Kernels", "LanguageModel", "JSON", "Messages", "Verifiers", "PluginHost", "TaskSuites",
        "Checkpointing",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "hone",
      dependencies: [
        "Training", "Checkpointing", "JSON", "LanguageModel", "Messages", "PluginHost", "TaskSuites",
        "Verifiers", "CAllocationCounter",
      ], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Kernels", "LanguageModel"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "LanguageModelTests", dependencies: ["LanguageModel", "Checkpointing", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
      name: "VerifiersTests", dependencies: ["Messages", "Verifiers"], swiftSettings: settings),
    .testTarget(
      name: "PluginHostTests", dependencies: ["JSON", "PluginHost", "Verifiers"],
      swiftSettings: settings),
    .testTarget(
      name: "TaskSuitesTests", dependencies: ["JSON", "TaskSuites"], swiftSettings: settings),
    .testTarget(
      name: "CheckpointingTests", dependencies: ["Checkpointing", "JSON", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests", dependencies: ["JSON", "Training", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ToolTests", dependencies: ["hone", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "RecipeTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
