. $place/measure
measure none 6

# What belongs to this user is appraised, by hashes in the files' attributes: IMA_XATTR_DIGEST_NG,
# SHA-256.
cat >/run/label.py <<'END'
import hashlib, os
digest = hashlib.sha256(open("/files/listed", "rb").read()).digest()
for name in "listed", "wrong":
    os.setxattr(f"/files/{name}", "security.ima", b"\x04\x04" + digest)
    os.chown(f"/files/{name}", 4711, 4711)
END
check "the files are labelled" python3 /run/label.py
printf 'changed' >>/files/wrong
mount -t securityfs securityfs /sys/kernel/security
cat >/run/policy <<END
appraise func=BPRM_CHECK fowner=4711
appraise func=MMAP_CHECK mask=MAY_EXEC fowner=4711
appraise func=FILE_CHECK mask=MAY_READ fowner=4711
END
check "the policy is taken" sh -c 'cat /run/policy >/sys/kernel/security/ima/policy'
refuse "and what is not as labelled denied" "ermission denied" /files/wrong
refuse "and cannot be read" "ermission denied" cat /files/wrong
measure ima 6
