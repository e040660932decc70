# What was tried of this file, and where: packaging/README.md.
{
  description = "Background work under Android's contract";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.stint = { url = "path:../.."; flake = false; };

  outputs = { self, nixpkgs, stint }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = nixpkgs.lib.genAttrs systems;
    in {
      packages = each (system:
        let pkgs = nixpkgs.legacyPackages.${system}; in {
          default = pkgs.stdenv.mkDerivation {
            pname = "stint";
            version = "0.1.0";
            src = stint;
            nativeBuildInputs = with pkgs; [ cmake llvmPackages.clang-unwrapped ninja pkg-config scdoc wayland-scanner ];
            buildInputs = with pkgs; [
              abseil-cpp boost cli11 curl fmt libbpf libcap_ng libmnl libnats-c libseccomp libsodium ncurses nlohmann_json
              openssl spdlog sqlite systemd tomlplusplus wayland xorg.libXres xorg.libxcb yaml-cpp glibc.static
            ];
            cmakeFlags = [
              "-DCMAKE_BUILD_TYPE=Release" "-DCMAKE_CXX_FLAGS_RELEASE=-DNDEBUG" "-DCMAKE_UNITY_BUILD=ON"
              "-DCMAKE_UNITY_BUILD_BATCH_SIZE=0" "-DSTINT_HARDENING=OFF" "-DSTINT_TESTS=OFF" "-DSTINT_SYSTEM_FILES=ON"
              "-DSTINT_USER_UNIT_DIR=lib/systemd/user" "-DSTINT_MANUAL=ON" "-DSTINT_TASKMANAGER=ON"
              "-DSTINT_PUSH=ON" "-DSTINT_FLEET=ON" "-DSTINT_NETGUARD=ON" "-DSTINT_X11=ON" "-DSTINT_WAYLAND=ON"
            ];
            meta = {
              description = "Background work under Android's contract";
              license = with nixpkgs.lib.licenses; [ asl20 mit ];
              mainProgram = "stint";
              platforms = systems;
            };
          };
        });

      # services.stint.enable: the daemon of each user, by the bus; with netguard also the helper, which needs an account.
      nixosModules.default = { config, lib, pkgs, ... }:
        let
          cfg = config.services.stint;
          package = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
        in {
          options.services.stint = {
            enable = lib.mkEnableOption "Stint, background work under Android's contract";
            netguard = lib.mkEnableOption "stint-netguard, which stops the packets of apps that may not use the network";
          };
          config = lib.mkIf cfg.enable {
            environment.systemPackages = [ package ];
            services.dbus.packages = [ package ];
            systemd.packages = [ package ];
            security.polkit.enable = lib.mkIf cfg.netguard true;
            users.users.stint-netguard = lib.mkIf cfg.netguard { isSystemUser = true; group = "stint-netguard"; };
            users.groups.stint-netguard = lib.mkIf cfg.netguard { };
            systemd.user.services.stint-resume.wantedBy = [ "default.target" ];
          };
        };
    };
}
