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
    .target(name: "Parallel", swiftSettings: settings),
    .target(name: "Kernels", dependencies: ["COpenBLAS", "Parallel"], swiftSettings: settings),
    .target(
      name: "LanguageModel", dependencies: ["Kernels", "Parallel"], swiftSettings: settings),
    .target(name: "CPluginHost"),
    .target(name: "Verifiers", dependencies: ["CPluginHost"], swiftSettings: settings),
    .target(name: "TaskSuites", dependencies: ["Verifiers"], swiftSettings: settings),
    .target(
      name: "Checkpointing", dependencies: ["CLibArchive", "CLibCrypto"], swiftSettings: settings),
    .target(
      name: "Training",
      dependencies: [
        "Parallel", "Kernels", "LanguageModel", "Verifiers", "TaskSuites", "Checkpointing",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "hone",
      dependencies: [
        "Training", "Checkpointing", "LanguageModel", "TaskSuites", "Verifiers",
        "CAllocationCounter",
      ], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["Kernels", "LanguageModel"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "ParallelTests", dependencies: ["Parallel"], swiftSettings: settings),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "Parallel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "LanguageModelTests",
      dependencies: ["LanguageModel", "Parallel", "Checkpointing", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "VerifiersTests", dependencies: ["Verifiers"], swiftSettings: settings),
    .testTarget(
      name: "TaskSuitesTests", dependencies: ["TaskSuites"], swiftSettings: settings),
    .testTarget(
      name: "CheckpointingTests", dependencies: ["Checkpointing", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "Parallel", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ToolTests", dependencies: ["hone", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "RecipeTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
