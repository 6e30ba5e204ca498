import ModelZoo
import Testing
import VideoModels

/// A model's errors name no keys; those of a configuration's model name the ones to set.
struct ModelRunErrorTests {
  private static let errors: [(VideoModelError, key: String?)] = [
    (.noClips, nil), (.wrongFrames(expected: 8, found: 4), "set DATA.NUM_FRAMES 4"),
    (.wrongChannels(expected: 3, found: 1), "check DATA.INPUT_CHANNEL_NUM"),
    (.noRoIHead, "DETECTION.ENABLE is False"), (.noClassificationHead, "DETECTION.ENABLE is True"),
    (.tooSmallForWindow(map: "4 x 5", window: 7), "set DATA.TRAIN_CROP_SIZE"),
  ]

  @Test func namesKeysWhereThereAreKeys() {
    for (error, key) in Self.errors {
      let (plain, configured) = (error.description, ModelRunError(error).description)
      for section in ["DATA.", "DETECTION.", "config"] { #expect(!plain.contains(section), "\(plain)") }
      if let key { #expect(configured.contains(key), "\(configured)") }
      for text in [plain, configured] {
        #expect(text.hasPrefix("running the model: ") && text.contains(" -> "), "\(text)")
      }
    }
  }

  @Test func takesTheModelsErrorsOnly() throws {
    struct Other: Error {}
    #expect(throws: ModelRunError(.noClips)) { try runningConfigured { throw VideoModelError.noClips } }
    #expect(throws: Other.self) { try runningConfigured { throw Other() } }
    #expect(try runningConfigured { 3 } == 3)
  }
}
