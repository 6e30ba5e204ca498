internal import CLibAV
internal import Geometry
internal import Glibc
internal import Wording

/// How pictures become H.264.
struct EncoderSettings {
  /// x264's constant rate factor, 0 (nothing lost) to 51.
  var quality = 18
  /// x264's output depends on how many threads it has: a fixed number, whatever the machine.
  var threads = 1
  /// Whether each thread has a slice of every picture, rather than a picture: that takes far less memory.
  var isSliced = false
  /// Whether x264 holds few pictures at once, at the price of some more bytes: it looks less far ahead.
  var isFrugal = false
  var colours = FilmColours()
}

/// An encoder and the container that its packets go to, with sound that is copied beside them.
final class EncodedStream {
  /// The clock of the file.
  static let ticksPerSecond: Int32 = 90000

  let encoder: UnsafeMutablePointer<AVCodecContext>
  private let path: String
  private let output: VideoOutput
  private var container: UnsafeMutablePointer<AVFormatContext>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  /// Ticks that an image is shown for where nothing follows it.
  private let duration: Int64
  private let sound: SoundCopy?

  init(
    path: String, size: ImageSize, framesPerSecond: Double, encoders: [String],
    settings: EncoderSettings = EncoderSettings(), sound: SoundCopy? = nil
  ) throws {
    guard let format = av_guess_format(nil, path, nil), [".mp4", ".mov", ".mkv"].contains(where: path.hasSuffix) else {
      throw VideoError(doing: writing, path: path, reason: "its ending names no container -> .mp4, .mov or .mkv")
    }
    guard let codec = encoders.lazy.compactMap({ avcodec_find_encoder_by_name($0) }).first else {
      throw VideoError(
        doing: writing, path: path,
        reason: "libavcodec has no encoder \(listed(encoders)) -> install Debian's libavcodec-extra")
    }
    LibAVLog.clear()
    self.path = path
    self.sound = sound
    duration = max(1, Int64((Double(EncodedStream.ticksPerSecond) / framesPerSecond).rounded()))
    guard let encoder = avcodec_alloc_context3(codec) else { fatalError("out of memory") }
    self.encoder = encoder
    do {
      output = try VideoOutput(path: path)
    } catch {
      var open: UnsafeMutablePointer<AVCodecContext>? = encoder
      avcodec_free_context(&open)
      throw error
    }
    packet = av_packet_alloc()
    try check(avformat_alloc_output_context2(&container, format, nil, path), "its container cannot be made")
    container?.pointee.pb = output.context
    // No library's version and no date in the file: equal videos are equal bytes.
    container?.pointee.flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO
    configure(size, rate: av_d2q(framesPerSecond, 100_000), settings)
    try begin(codec)
  }

  deinit {
    var open: UnsafeMutablePointer<AVCodecContext>? = encoder
    avcodec_free_context(&open)
    av_packet_free(&packet)
    avformat_free_context(container)
  }

  private func configure(_ size: ImageSize, rate: AVRational, _ settings: EncoderSettings) {
    encoder.pointee.width = Int32(size.width)
    encoder.pointee.height = Int32(size.height)
    encoder.pointee.pix_fmt = AV_PIX_FMT_YUV420P
    encoder.pointee.time_base = AVRational(num: 1, den: EncodedStream.ticksPerSecond)
    encoder.pointee.framerate = rate
    encoder.pointee.colorspace = settings.colours.matrix
    encoder.pointee.color_primaries = settings.colours.primaries
    encoder.pointee.color_trc = settings.colours.transfer
    encoder.pointee.color_range = AVCOL_RANGE_MPEG
    encoder.pointee.thread_count = Int32(settings.threads)
    if settings.isSliced { encoder.pointee.thread_type = FF_THREAD_SLICE }
    encoder.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    if let container, container.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0 {
      encoder.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
    }
    // A key frame every two seconds or so, so that players can jump.
    encoder.pointee.gop_size = max(1, Int32((2 * av_q2d(rate)).rounded()))
    if String(cString: encoder.pointee.codec.pointee.name) == "libx264" {
      av_opt_set(encoder.pointee.priv_data, "preset", "veryfast", 0)
      av_opt_set(encoder.pointee.priv_data, "crf", "\(settings.quality)", 0)
      // Without this, x264 weighs blocks with loops that differ from processor to processor. The one for AVX-512 works
      // on eight blocks at a time, past the end of the last row: what an earlier owner of that memory left there
      // then decided over every block's quality, and equal images became different files.
      let frugal = ":rc-lookahead=2:sync-lookahead=0:bframes=2:b-pyramid=none"
      av_opt_set(
        encoder.pointee.priv_data, "x264-params", "cpu-independent=1" + (settings.isFrugal ? frugal : ""), 0)
    } else {
      // MPEG-4's clock has 16 bits.
      encoder.pointee.time_base = AVRational(num: rate.den, den: rate.num)
      encoder.pointee.flags |= AV_CODEC_FLAG_QSCALE
      encoder.pointee.global_quality = Int32(max(1, settings.quality / 3 - 3)) * FF_QP2LAMBDA
    }
  }

  private func begin(_ codec: UnsafePointer<AVCodec>) throws {
    try check(avcodec_open2(encoder, codec, nil), "its encoder does not start")
    guard let stream = avformat_new_stream(container, codec) else { fatalError("out of memory") }
    stream.pointee.time_base = encoder.pointee.time_base
    stream.pointee.avg_frame_rate = encoder.pointee.framerate
    try check(avcodec_parameters_from_context(stream.pointee.codecpar, encoder), "its encoder cannot be described")
    if let container { sound?.addStreams(to: container) }
    try check(avformat_write_header(container, nil), "its head cannot be written")
  }

  /// Encodes a frame whose time is in the file's ticks; nil at the end.
  func encode(_ frame: UnsafeMutablePointer<AVFrame>?) throws {
    LibAVLog.clear()
    let clock = AVRational(num: 1, den: EncodedStream.ticksPerSecond)
    if let frame { frame.pointee.pts = av_rescale_q(frame.pointee.pts, clock, encoder.pointee.time_base) }
    try check(avcodec_send_frame(encoder, frame), "a picture cannot be encoded")
    while true {
      let status = avcodec_receive_packet(encoder, packet)
      if status == slowfast_averror(EAGAIN) || status == slowfast_averror_eof() { return }
      try check(status, "a picture cannot be encoded")
      guard let packet, let stream = container?.pointee.streams[0] else { return }
      av_packet_rescale_ts(packet, encoder.pointee.time_base, stream.pointee.time_base)
      packet.pointee.duration = av_rescale_q(duration, clock, stream.pointee.time_base)
      packet.pointee.stream_index = 0
      try copySound(until: Double(packet.pointee.dts) * Ratio(stream.pointee.time_base).value)
      try check(av_interleaved_write_frame(container, packet), "a picture cannot be written")
    }
  }

  /// Writes what is still held and the container's end, and gives the file its name.
  func finish() throws {
    try encode(nil)
    try copySound(until: .infinity)
    try check(av_write_trailer(container), "its end cannot be written")
    try output.commit()
  }

  /// Writes the sound that is heard before a time of the film, in seconds.
  private func copySound(until time: Double) throws {
    guard let sound, let container else { return }
    while let packet = sound.next(before: time) {
      try check(av_interleaved_write_frame(container, packet), "its sound cannot be written")
    }
  }

  private func check(_ status: Int32, _ what: String) throws {
    if let failure = output.failure { throw failure }
    if status < 0 {
      throw VideoError(doing: writing, path: path, reason: "\(what): \(reason(of: status))\(LibAVLog.complaint)")
    }
  }
}
