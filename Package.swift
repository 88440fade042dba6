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
    .target(name: "LanguageModel", dependencies: ["Kernels"], swiftSettings: settings),
    .target(name: "CPluginHost"),
    .target(name: "Verifiers", dependencies: ["CPluginHost"], swiftSettings: settings),
    .target(name: "TaskSuites", dependencies: ["Verifiers"], swiftSettings: settings),
    .target(
      name: "Checkpointing", dependencies: ["CLibArchive", "CLibCrypto"], swiftSettings: settings),
    .target(
      name: "Learning", dependencies: ["Kernels", "LanguageModel"], swiftSettings: settings),
    .target(
      name: "Settings", dependencies: ["LanguageModel", "Learning", "Verifiers"],
      swiftSettings: settings),
    .target(
      name: "Algorithms", dependencies: ["Learning", "Settings"], swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "Kernels", "LanguageModel", "Learning", "Verifiers", "TaskSuites", "Checkpointing",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "hone",
      dependencies: [
        "Algorithms", "Settings", "Training", "Learning", "Checkpointing", "LanguageModel",
        "TaskSuites", "Verifiers", "CAllocationCounter",
      ], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Kernels", "LanguageModel"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "LanguageModelTests", dependencies: ["LanguageModel", "Checkpointing", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "VerifiersTests", dependencies: ["Verifiers"], swiftSettings: settings),
    .testTarget(
      name: "TaskSuitesTests", dependencies: ["TaskSuites"], swiftSettings: settings),
    .testTarget(
      name: "CheckpointingTests", dependencies: ["Checkpointing", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SettingsTests", dependencies: ["Algorithms", "Learning", "Settings", "Training"],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "Learning", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ToolTests", dependencies: ["hone", "Algorithms", "Learning", "Settings", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "RecipeTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
